import { setTimeout as delay } from 'node:timers/promises';
import type { DurableClient, DurableOrchestrationStatus } from 'durable-functions';
import { InventoryError } from '../lib/errors.ts';
import { instanceId, orchestrationName } from './run-instance.ts';

const pollMs = 200;
/** A run that has ended on record winds down by itself within seconds; what takes longer is ended. */
const windDownMs = 10_000;
const terminationMs = 60_000;

/**
 * Sees to it that the orchestration of a run is under way. One of another run that is in its place has ended on record: it is
 * waited for, and ended when it takes long.
 * @throws {InventoryError} `OrchestrationFailed`: the engine does not take it
 */
export async function driveRun(client: DurableClient, runId: string, signal: AbortSignal): Promise<void> {
  if (await isDriven(client, runId)) return;
  if (!(await isFree(client, windDownMs, signal))) {
    await client.terminate(instanceId, 'RunEnded');
    await isFree(client, terminationMs, signal);
  }
  try {
    await client.startNew(orchestrationName, { instanceId, input: { runId } });
  } catch (error) {
    // another instance of the app may have come first, with the same run
    if (await isDriven(client, runId)) return;
    throw new InventoryError('OrchestrationFailed', `The orchestration of run ${runId} could not be started`, {
      hint: 'See the log of the Durable Functions extension; it needs Blob, Queue and Table roles on AzureWebJobsStorage',
      cause: error,
    });
  }
}

async function isDriven(client: DurableClient, runId: string): Promise<boolean> {
  const status = await statusOf(client);
  return status !== null && isUnderWay(status) && inputRunId(status) === runId;
}

async function isFree(client: DurableClient, waitMs: number, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + waitMs;
  for (;;) {
    const status = await statusOf(client);
    if (status === null || !isUnderWay(status)) return true;
    if (performance.now() > until) return false;
    await delay(pollMs, undefined, { signal });
  }
}

/** @returns null when there never was a run */
async function statusOf(client: DurableClient): Promise<DurableOrchestrationStatus | null> {
  try {
    return await client.getStatus(instanceId, { showInput: true });
  } catch (error) {
    // the library has no other way to say it
    if (error instanceof Error && error.message.includes('HTTP 404')) return null;
    throw error;
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
