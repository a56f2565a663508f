import { setTimeout as delay } from 'node:timers/promises';
import type { DurableClient, DurableOrchestrationStatus } from 'durable-functions';
import { InventoryError } from '../lib/errors.ts';
import { answeredInTime } from './answered-in-time.ts';
import { instanceId, orchestrationName } from './run-instance.ts';

const pollMs = 200;
/** A run that has ended on record winds down by itself within seconds; what takes longer is ended. */
const windDownMs = 10_000;
const terminationMs = 60_000;

/** What of the engine's client starting a run takes. */
type Client = Pick<DurableClient, 'getStatus' | 'startNew' | 'terminate'>;

/**
 * Sees to it that the orchestration of a run is under way. One of another run that is in its place is waited for: it has ended on
 * record, and winds down. When it takes long it is ended, or left, if this run is not the caller's own: it may have ended
 * meanwhile, and the other be the next. Another start may do the same for the same run, here or elsewhere.
 * What the engine does after it has been given up does no harm: a run that has ended on record winds down.
 * @param own the caller has just begun that run
 * @throws {InventoryError} `OrchestrationFailed`: the engine does not take it, or does not answer
 */
export async function driveRun(client: Client, runId: string, own: boolean, signal: AbortSignal): Promise<void> {
  try {
    await drive(client, runId, own, signal);
  } catch (error) {
    throw engineFailed(`The orchestration of run ${runId} could not be started`, error);
  }
}

async function drive(client: Client, runId: string, own: boolean, signal: AbortSignal): Promise<void> {
  let place = await awaitPlace(client, runId, windDownMs, signal);
  if (place === 'taken' && own) {
    await answeredInTime(client.terminate(instanceId, 'RunEnded'), signal);
    place = await awaitPlace(client, runId, terminationMs, signal);
  }
  if (place === 'ours' || (place === 'taken' && !own)) return;
  try {
    await answeredInTime(client.startNew(orchestrationName, { instanceId, input: { runId } }), signal);
  } catch (error) {
    // another instance of the app may have come first, with the same run
    if ((await awaitPlace(client, runId, 0, signal)) !== 'ours') throw error;
  }
}

/** Whose the place of the instance is: this run's, another's after so long a wait, or nobody's. */
async function awaitPlace(
  client: Client,
  runId: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<'ours' | 'taken' | 'free'> {
  const until = performance.now() + waitMs;
  for (;;) {
    const status = await statusOf(client, signal);
    if (status === null || !isUnderWay(status)) return 'free';
    if (inputRunId(status) === runId) return 'ours';
    if (performance.now() > until) return 'taken';
    await delay(pollMs, undefined, { signal });
  }
}

function engineFailed(message: string, cause: unknown): InventoryError {
  if (cause instanceof InventoryError) return cause;
  return new InventoryError('OrchestrationFailed', message, {
    hint: 'See the log of the Durable Functions extension; it needs Blob, Queue and Table roles on AzureWebJobsStorage',
    cause,
  });
}

/** @returns null when there never was a run */
async function statusOf(client: Client, signal: AbortSignal): Promise<DurableOrchestrationStatus | null> {
  try {
    return await answeredInTime(client.getStatus(instanceId, { showInput: true }), signal);
  } catch (error) {
    // the library has no other way to say it
    if (error instanceof Error && error.message.includes('HTTP 404')) return null;
    throw engineFailed('Whether a run is orchestrated already could not be learnt', error);
  }
}

function isUnderWay({ runtimeStatus }: DurableOrchestrationStatus): boolean {
  return ['Running', 'Pending', 'ContinuedAsNew', 'Suspended'].includes(runtimeStatus);
}

/** Input comes back as an object, or as its text. */
function inputRunId({ input }: DurableOrchestrationStatus): unknown {
  const value: unknown = typeof input === 'string' && input.startsWith('{') ? JSON.parse(input) : input;
  return typeof value === 'object' && value !== null && 'runId' in value ? value.runId : undefined;
}
