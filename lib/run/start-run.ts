import type { InventoryStore } from '../azure/store/open-store.ts';
import { hasCode, toReason } from '../errors.ts';
import { newRunId, type Run, type RunTrigger } from '../inventory/run.ts';
import { claimRun, RunAlreadyRunningError, type RunClaimRequest, throwIfRunning } from './claim-run.ts';
import { endRun, newRunRecord } from './run-record.ts';

export interface RunStart extends RunClaimRequest {
  readonly store: Pick<InventoryStore, 'claim' | 'runs'>;
  readonly trigger: RunTrigger;
  /** Only these subscriptions (lower case); null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  /** Sees to it that something takes the steps of that run; does nothing where something does already. `own`: this start's. */
  readonly drive: (runId: string, own: boolean, signal: AbortSignal) => Promise<void>;
}

/** Two starts in one second have the same id once in 65,536 times. */
const mostIds = 5;
/** Time for taking back what a start has left that failed. */
const takeBackMs = 30_000;

/**
 * Starts a run, if no other is under way in any process. Returns as soon as it is on record and driven. A run that is on record
 * as under way and is driven by nothing (its starter died) is driven from here on.
 * @param signal for the start only: the run outlives the request that asked for it
 * @throws {RunAlreadyRunningError} with that run's id
 * @throws {InventoryError} the store's own
 * @throws what `drive` throws; the run has ended as failed
 */
export async function startRun(request: RunStart, signal: AbortSignal): Promise<Run> {
  const { store, drive, ended } = request;
  const run = await claimNewRun(request, signal).catch(async (error: unknown) => {
    if (error instanceof RunAlreadyRunningError) await drive(error.runId, false, signal);
    throw error;
  });
  try {
    await drive(run.id, true, signal);
  } catch (error) {
    const reason = toReason(error);
    const end = (record: Run): Run | null =>
      record.status === 'running'
        ? { ...record, status: 'failed', finishedAt: new Date().toISOString(), reason }
        : null;
    const failed = await endRun(store, run.id, end, AbortSignal.timeout(takeBackMs));
    if (failed !== null) await ended(failed);
    throw error;
  }
  return run;
}

/** Looks before it writes: what the removal of a record would leave behind looks like a run that has died. */
async function claimNewRun(request: RunStart, signal: AbortSignal): Promise<Run> {
  await throwIfRunning(request, signal);
  const run = await recordRun(request, signal);
  try {
    await claimRun(request, run.id, signal);
    return run;
  } catch (error) {
    await request.store.runs.remove(run.id, AbortSignal.timeout(takeBackMs));
    throw error;
  }
}

async function recordRun({ store, trigger, scope }: RunStart, signal: AbortSignal): Promise<Run> {
  for (let ids = 1; ; ids++) {
    const startedAt = new Date().toISOString();
    const run = newRunRecord(newRunId(startedAt), trigger, scope, startedAt);
    try {
      await store.runs.create(run, signal);
      return run;
    } catch (error) {
      const taken = hasCode(error, 'RunExists');
      if (!taken || ids === mostIds) throw error;
    }
  }
}
