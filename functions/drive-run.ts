import { setTimeout as delay } from 'node:timers/promises';
import type { DurableClient, DurableOrchestrationStatus } from 'durable-functions';
import { withTimeout } from '../lib/async/with-timeout.ts';
import { InventoryError } from '../lib/errors.ts';
import type { Driven } from '../lib/run/start-run.ts';

/** Name of the registered orchestration. */
export const orchestrationName = 'inventory-run';

/** One run at a time: all runs use the same instance of the orchestration, one after another. */
const instanceId = 'inventory-run';

/** The engine answers within a second, but its client waits without a limit. */
const answerTimeoutMs = 30_000;
const pollMs = 200;
/** A run that has ended on record winds down within seconds; after this time its orchestration is terminated. */
const windDownMs = 10_000;
const terminationMs = 60_000;
const maxOutputLength = 300;

/** The methods of the engine's client that starting a run needs. */
type Client = Pick<DurableClient, 'getStatus' | 'startNew' | 'terminate'>;

/**
 * Ensures that the orchestration of a run is under way. Another start may drive the same run at the same time, here or
 * elsewhere.
 *
 * If another run still occupies the instance, waits for it: it has ended on record and winds down. If it takes too
 * long, terminates it for a new run. For a known run it leaves it: this run may have ended meanwhile, and the other may
 * be the next. A stalled run makes no progress although its orchestration says that it runs: whatever occupies the
 * instance is terminated. If this gives up and the engine starts the run later, the run has ended on record and winds
 * down.
 * @returns how the orchestration was found that this has replaced; null when the run was under way
 * @throws {InventoryError} `OrchestrationFailed`: the engine refuses the run, or does not answer
 */
export async function driveRun(
  client: Client,
  runId: string,
  driven: Driven,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    return await drive(client, runId, driven, signal);
  } catch (error) {
    throw engineFailed(`Cannot start the orchestration of run ${runId}`, error);
  }
}

async function drive(client: Client, runId: string, driven: Driven, signal: AbortSignal): Promise<string | null> {
  const found = await awaitInstance(client, runId, windDownMs, signal);
  if (found.occupant === 'this' && driven !== 'stalled') return null;
  if (found.occupant === 'other' && driven === 'known') return null;
  if (found.occupant !== 'none') {
    await answered(client.terminate(instanceId, 'RunEnded'), signal);
    const after = await awaitInstance(
      client,
      runId,
      terminationMs,
      signal,
      driven === 'stalled' ? 'anyRun' : 'otherRuns',
    );
    if (after.occupant === 'this' && driven === 'new') return null;
  }
  try {
    await answered(client.startNew(orchestrationName, { instanceId, input: { runId } }), signal);
  } catch (error) {
    // Another instance of the app may have started the same run first. A stalled one is still there.
    if (driven === 'stalled' || (await awaitInstance(client, runId, 0, signal)).occupant !== 'this') throw error;
  }
  return found.text;
}

interface FoundInstance {
  /** Which run occupies the instance: this one, another one even after the wait, or none. */
  readonly occupant: 'this' | 'other' | 'none';
  /** The status of the orchestration, and its last words. */
  readonly text: string;
}

/** @param awaited whose end it waits for; default: of other runs */
async function awaitInstance(
  client: Client,
  runId: string,
  waitMs: number,
  signal: AbortSignal,
  awaited: 'otherRuns' | 'anyRun' = 'otherRuns',
): Promise<FoundInstance> {
  const until = performance.now() + waitMs;
  for (;;) {
    const status = await statusOf(client, signal);
    if (status === null) return { occupant: 'none', text: 'not started' };
    const isThis = inputRunId(status) === runId;
    const text = isThis ? textOf(status) : 'not started';
    if (!isUnderWay(status)) return { occupant: 'none', text };
    if ((isThis && awaited === 'otherRuns') || performance.now() > until)
      return { occupant: isThis ? 'this' : 'other', text };
    await delay(pollMs, undefined, { signal });
  }
}

/** @throws {InventoryError} `OrchestrationFailed`: the engine did not answer in time, or before the caller's own end */
async function answered<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const notAnswered = (cause: unknown): never => {
    throw new InventoryError('OrchestrationFailed', 'The Durable Functions extension does not answer', {
      hint: "See the log of the extension. The app's identity needs Blob, Queue and Table roles on AzureWebJobsStorage",
      cause,
    });
  };
  try {
    return await withTimeout(answer, answerTimeoutMs, signal, notAnswered);
  } catch (error) {
    if (signal.aborted) notAnswered(error);
    throw error;
  }
}

function engineFailed(message: string, cause: unknown): InventoryError {
  if (cause instanceof InventoryError) return cause;
  return new InventoryError('OrchestrationFailed', message, {
    hint: "See the log of the Durable Functions extension. The app's identity needs Blob, Queue and Table roles on AzureWebJobsStorage",
    cause,
  });
}

/** @returns null when no run was ever started */
async function statusOf(client: Client, signal: AbortSignal): Promise<DurableOrchestrationStatus | null> {
  try {
    return await answered(client.getStatus(instanceId, { showInput: true }), signal);
  } catch (error) {
    // The library reports a missing instance only in the text of its error.
    if (error instanceof Error && error.message.includes('HTTP 404')) return null;
    throw engineFailed('Cannot read whether a run is orchestrated already', error);
  }
}

function isUnderWay({ runtimeStatus }: DurableOrchestrationStatus): boolean {
  return ['Running', 'Pending', 'ContinuedAsNew', 'Suspended'].includes(runtimeStatus);
}

function textOf({ runtimeStatus, output }: DurableOrchestrationStatus): string {
  const words = typeof output === 'string' ? output.replaceAll(/\s+/g, ' ').slice(0, maxOutputLength) : '';
  return words === '' ? runtimeStatus : `${runtimeStatus}: ${words}`;
}

/** The engine returns the input as an object, or as its JSON text. */
function inputRunId({ input }: DurableOrchestrationStatus): unknown {
  const value: unknown = typeof input === 'string' && input.startsWith('{') ? JSON.parse(input) : input;
  return typeof value === 'object' && value !== null && 'runId' in value ? value.runId : undefined;
}
