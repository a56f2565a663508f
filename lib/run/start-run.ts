import { hasCode, toReason } from '../errors.ts';
import { newRunId, type Run, type RunTrigger } from '../inventory/run.ts';
import { claimRun, RunAlreadyRunningError, type RunClaimRequest, throwIfRunning } from './claim-run.ts';
import { endRun, failed, newRunRecord } from './run-record.ts';

export interface RunStart extends RunClaimRequest {
  readonly trigger: RunTrigger;
  /** Only these subscriptions (lower case); null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  readonly drive: DriveRun;
}

/**
 * What the caller knows of a run. `new`: it has just started that run; `known`: the record says that the run executes;
 * `stalled`: the run makes no progress, whatever the engine says.
 */
export type Driven = 'new' | 'known' | 'stalled';

/**
 * Makes the engine execute the steps of a run, unless it already does.
 * @returns how the engine had ended the run before; null when the run was under way
 */
export type DriveRun = (runId: string, driven: Driven, signal: AbortSignal) => Promise<string | null>;

/** Two starts in one second get the same id once in 65,536 times. */
const mostIds = 5;
/** Time limit for removing what a failed start has written. */
const cleanUpMs = 30_000;

/**
 * Starts a run unless one is running in any process. Returns when the run is on record and driven. Drives a run that
 * is already running again, because the process that started it may have died.
 * @param signal for the start only: the run outlives the request that started it
 * @throws {RunAlreadyRunningError} with that run's id
 * @throws {InventoryError} the store's own
 * @throws what `drive` throws; the run has ended as failed
 */
export async function startRun(request: RunStart, signal: AbortSignal): Promise<Run> {
  const { store, drive, ended } = request;
  const run = await claimNewRun(request, signal).catch(async (error: unknown) => {
    if (error instanceof RunAlreadyRunningError) await drive(error.runId, 'known', signal);
    throw error;
  });
  try {
    await drive(run.id, 'new', signal);
  } catch (error) {
    const reason = toReason(error);
    const end = (record: Run): Run | null => failed(record, reason);
    const endedRun = await endRun(store, run.id, end, AbortSignal.timeout(cleanUpMs)).catch(leaveRecord);
    if (endedRun !== null) await ended(endedRun);
    throw error;
  }
  return run;
}

/** Checks before it writes: a record that could not be removed again would look like a run that died. */
async function claimNewRun(request: RunStart, signal: AbortSignal): Promise<Run> {
  await throwIfRunning(request, signal);
  const run = await recordRun(request, signal);
  try {
    await claimRun(request, run.id, signal);
    return run;
  } catch (error) {
    await request.store.runs.remove(run.id, AbortSignal.timeout(cleanUpMs)).catch(leaveRecord);
    throw error;
  }
}

/** What made the start fail counts, not that its record could not be changed either: a later start ends that run. */
function leaveRecord(): null {
  return null;
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
