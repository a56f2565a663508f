import type { InventoryStore } from '../azure/store/open-store.ts';
import { InventoryError } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import { endRun } from './run-record.ts';

const mostRounds = 20;
/** Of the newest: a record that nobody ends is found by the next start that makes a run. */
const runsLookedAt = 10;

/** One run at a time: another one is under way. */
export class RunAlreadyRunningError extends InventoryError {
  override readonly name = 'RunAlreadyRunningError';
  readonly runId: string;
  constructor(runId: string) {
    super('RunAlreadyRunning', `Run ${runId} is under way`, {
      hint: `Wait for it, or cancel it: DELETE /api/runs/${runId}`,
    });
    this.runId = runId;
  }
}

export interface RunClaimRequest {
  readonly store: Pick<InventoryStore, 'claim' | 'runs'>;
  /** A run without progress for so long is dead. */
  readonly timeoutMinutes: number;
  /** A run as the published inventory has it; null when it has not. */
  readonly publishedRun: (runId: string, signal: AbortSignal) => Promise<Run | null>;
  /** A dead run was ended. */
  readonly ended: (run: Run) => Promise<void>;
}

/**
 * Makes a run, whose record is written, the one that may run. A run that has been without progress for too long is ended as timed
 * out (or as succeeded, if it was published and could not say so) and gives way. Ages are by the storage service's clock.
 * @throws {RunAlreadyRunningError} another run is under way, or came first
 */
export async function claimRun(request: RunClaimRequest, runId: string, signal: AbortSignal): Promise<void> {
  const { store } = request;
  for (let round = 0; round < mostRounds; round++) {
    const claim = await store.claim.read(signal);
    if (claim?.runId === runId) return;
    const holder = claim === null ? null : await runningHolder(request, claim.runId, signal);
    if (holder !== null) {
      await endDeadRun(request, holder, signal);
      continue;
    }
    if (!(await store.claim.take(runId, claim?.etag ?? null, signal))) continue;
    await endUnclaimedRuns(request, runId, signal);
    return;
  }
  throw new InventoryError('RunClaimContended', 'Too many runs are started at the same time', {
    hint: 'Try again; one of them is under way by then',
  });
}

/**
 * Before anything is written for a new run.
 * @throws {RunAlreadyRunningError} another run is under way
 */
export async function throwIfRunning(request: RunClaimRequest, signal: AbortSignal): Promise<void> {
  const claim = await request.store.claim.read(signal);
  if (claim !== null) await runningHolder(request, claim.runId, signal);
}

/** @returns the run that has the claim, if it says that it is running and is dead */
async function runningHolder(
  { store, timeoutMinutes }: RunClaimRequest,
  runId: string,
  signal: AbortSignal,
): Promise<Run | null> {
  const holder = await store.runs.read(runId, signal);
  if (holder?.run.status !== 'running') return null;
  if (holder.ageMs < timeoutMinutes * 60_000) throw new RunAlreadyRunningError(runId);
  return holder.run;
}

/** Records whose start was killed before the run was the one that may run: nothing else would ever end them. */
async function endUnclaimedRuns(request: RunClaimRequest, claimed: string, signal: AbortSignal): Promise<void> {
  const { store, timeoutMinutes } = request;
  for (const { id, status } of await store.runs.list(runsLookedAt, signal)) {
    if (id === claimed || status !== 'running') continue;
    const found = await store.runs.read(id, signal);
    // one that is being started at this moment is told by its own claim that it came too late
    if (found !== null && found.ageMs >= timeoutMinutes * 60_000) await endDeadRun(request, found.run, signal);
  }
}

async function endDeadRun(
  { store, timeoutMinutes, publishedRun, ended }: RunClaimRequest,
  dead: Run,
  signal: AbortSignal,
): Promise<void> {
  const published = await publishedRun(dead.id, signal);
  const end = (run: Run): Run | null => {
    // it has moved since we looked: not dead after all
    if (run.status !== 'running' || run.progress.updatedAt !== dead.progress.updatedAt) return null;
    if (published !== null) return { ...published, progress: { ...run.progress, step: 'done' } };
    return timedOut(run, timeoutMinutes);
  };
  const run = await endRun(store, dead.id, end, signal);
  if (run !== null) await ended(run);
}

/** The record of a run that has been without progress for too long. */
function timedOut(run: Run, timeoutMinutes: number): Run {
  return {
    ...run,
    status: 'timedOut',
    finishedAt: new Date().toISOString(),
    reason: {
      code: 'RunTimedOut',
      message: `Run ${run.id} was without progress for ${timeoutMinutes} minutes`,
      hint: 'The next run takes over what it had read. INVENTORY_RUN_TIMEOUT_MINUTES sets how long is too long',
    },
  };
}
