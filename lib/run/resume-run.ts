import type { Run } from '../inventory/run.ts';
import { claimRun, endDeadRun, RunAlreadyRunningError, type RunClaimRequest } from './claim-run.ts';
import { endRun, failed } from './run-record.ts';
import type { DriveRun } from './start-run.ts';

/** A start drives its run within this time after its last write: all of a start takes at most two minutes. */
const driveMs = 5_000;
const startMs = 2 * 60_000;
/** Longer than any wait of a step that works: Resource Manager may throttle one subscription for five minutes. */
const stalledMs = 15 * 60_000;
/** An orchestration that keeps dying has a cause that a restart does not mend. */
const maxRestarts = 3;

const seeHost =
  'See the log of the host: a process may have run out of memory, or a new version was deployed meanwhile';

export interface RunResumption extends RunClaimRequest {
  readonly drive: DriveRun;
  /** Called with one line for each orchestration that was started again. */
  readonly warn: (line: string) => void;
}

/**
 * Looks after the run on record: the process that started it, its orchestration or the host of its steps may have died.
 * Starts its orchestration again, at most three times; then ends the run as failed. Ends a run that made no progress
 * for the run timeout. Never makes a run. Sends four requests when nothing runs.
 * @throws {InventoryError} the store's own, and what `drive` throws
 */
export async function resumeRun(request: RunResumption, signal: AbortSignal): Promise<void> {
  const { store, timeoutMinutes, drive, warn, ended } = request;
  const found = await runningRun(request, signal);
  if (found === null) return;
  const { run, ageMs } = found;
  if (ageMs < driveMs) return;
  if (ageMs >= timeoutMinutes * 60_000) return endDeadRun(request, run, signal);

  const before = await drive(run.id, ageMs < stalledMs ? 'known' : 'stalled', signal);
  if (before === null) return;
  const restarts = (run.progress.restarts ?? 0) + 1;
  const what = `The orchestration of run ${run.id} had died (${before})`;
  if (restarts > maxRestarts) {
    const reason = { code: 'OrchestrationFailed', message: `${what} after ${maxRestarts} restarts`, hint: seeHost };
    const end = await endRun(store, run.id, (record) => failed(record, reason), signal);
    if (end !== null) await ended(end);
    return;
  }
  const message = `${what}. The watchdog started it again, ${restarts} of at most ${maxRestarts} times`;
  warn(`RunResumed: ${message}`);
  const resumed = (record: Run): Run | null => {
    if (record.status !== 'running') return null;
    const progress = { ...record.progress, restarts, updatedAt: new Date().toISOString() };
    return { ...record, progress, reason: { code: 'RunResumed', message, hint: seeHost } };
  };
  await store.runs.update(run.id, resumed, signal);
}

/** The run that has the claim; else the newest, if its start died before the run had the claim: it gets it now. */
async function runningRun(request: RunResumption, signal: AbortSignal) {
  const { store } = request;
  const claim = await store.claim.read(signal);
  const holder = claim === null ? null : await store.runs.read(claim.runId, signal);
  if (holder?.run.status === 'running') return holder;
  const [newest] = await store.runs.list(1, signal);
  const found = newest?.status === 'running' ? await store.runs.read(newest.id, signal) : null;
  if (found === null || found.ageMs < startMs) return null;
  try {
    await claimRun(request, found.run.id, signal);
  } catch (error) {
    // A new run came first.
    if (error instanceof RunAlreadyRunningError) return null;
    throw error;
  }
  return found;
}
