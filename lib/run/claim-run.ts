import type { InventoryStore } from '../azure/store/open-store.ts';
import { InventoryError } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import { endRun } from './run-record.ts';

const mostRounds = 20;
/** How many of the newest runs are checked for one that died before it got the claim. */
const runsLookedAt = 10;

/** Only one run may execute at a time. */
export class RunAlreadyRunningError extends InventoryError {
  override readonly name = 'RunAlreadyRunningError';
  readonly runId: string;
  constructor(runId: string) {
    super('RunAlreadyRunning', `Run ${runId} is already running`, {
      hint: `Wait for it, or cancel it: DELETE /api/runs/${runId}`,
    });
    this.runId = runId;
  }
}

export interface RunClaimRequest {
  readonly store: Pick<InventoryStore, 'claim' | 'runs'>;
  /** After this time without progress a run is dead. */
  readonly timeoutMinutes: number;
  /** A run in the published inventory; null when it is not there. */
  readonly publishedRun: (runId: string, signal: AbortSignal) => Promise<Run | null>;
  /** Called when a dead run was ended. */
  readonly ended: (run: Run) => Promise<void>;
}

/**
 * Gives the claim to a run that is already on record. Only the run with the claim may execute. A run that makes no
 * progress for too long ends and loses the claim. It counts as timed out, or as succeeded if it was published but its
 * record was not updated. Ages are by the storage service's clock.
 * @throws {RunAlreadyRunningError} another run is running, or came first
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
  throw new InventoryError('RunClaimContended', 'Too many runs were started at the same time', {
    hint: 'Try again. One of these runs is then in progress',
  });
}

/**
 * Call before anything is written for a new run.
 * @throws {RunAlreadyRunningError} another run is running
 */
export async function throwIfRunning(request: RunClaimRequest, signal: AbortSignal): Promise<void> {
  const claim = await request.store.claim.read(signal);
  if (claim !== null) await runningHolder(request, claim.runId, signal);
}

/** @returns the run with the claim if its record says running and it is dead */
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

/** Ends records whose start was killed before it got the claim. Nothing else would end them. */
async function endUnclaimedRuns(request: RunClaimRequest, claimed: string, signal: AbortSignal): Promise<void> {
  const { store, timeoutMinutes } = request;
  for (const { id, status } of await store.runs.list(runsLookedAt, signal)) {
    if (id === claimed || status !== 'running') continue;
    const found = await store.runs.read(id, signal);
    // A run that is starting right now fails to get the claim, and ends itself.
    if (found !== null && found.ageMs >= timeoutMinutes * 60_000) await endDeadRun(request, found.run, signal);
  }
}

/** Ends a run that makes no progress: as timed out, or as succeeded if it was published. */
export async function endDeadRun(
  { store, timeoutMinutes, publishedRun, ended }: RunClaimRequest,
  dead: Run,
  signal: AbortSignal,
): Promise<void> {
  const published = await publishedRun(dead.id, signal);
  const end = (run: Run): Run | null => {
    // It has made progress since, so it is not dead.
    if (run.status !== 'running' || run.progress.updatedAt !== dead.progress.updatedAt) return null;
    if (published !== null) return { ...published, progress: { ...run.progress, step: 'done' } };
    return timedOut(run, timeoutMinutes);
  };
  const run = await endRun(store, dead.id, end, signal);
  if (run !== null) await ended(run);
}

function timedOut(run: Run, timeoutMinutes: number): Run {
  return {
    ...run,
    status: 'timedOut',
    finishedAt: new Date().toISOString(),
    reason: {
      code: 'RunTimedOut',
      message: `Run ${run.id} made no progress for ${timeoutMinutes} minutes`,
      hint: 'The next run resumes what it has read. INVENTORY_RUN_TIMEOUT_MINUTES sets the limit',
    },
  };
}
