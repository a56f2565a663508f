import type { InventoryStore } from '../azure/store/inventory-store.ts';
import { InventoryError } from '../errors.ts';
import type { Run } from '../inventory/run.ts';

const mostRounds = 20;

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

/**
 * Makes a run, whose record is written, the one that may run. A run that has been without progress for too long (its host died)
 * is ended as timed out and gives way. Ages are by the storage service's clock.
 * @throws {RunAlreadyRunningError} another run is under way, or came first
 */
export async function claimRun(
  store: Pick<InventoryStore, 'claim' | 'runs'>,
  runId: string,
  timeoutMinutes: number,
  signal: AbortSignal,
): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    const claim = await store.claim.read(signal);
    if (claim?.runId === runId) return;
    if (claim !== null) {
      const holder = await store.runs.read(claim.runId, signal);
      if (holder?.run.status === 'running') {
        if (holder.ageMs < timeoutMinutes * 60_000) throw new RunAlreadyRunningError(claim.runId);
        await endDeadRun(store, holder.run, timeoutMinutes, signal);
        continue;
      }
    }
    if (await store.claim.take(runId, claim?.etag ?? null, signal)) return;
  }
  throw new InventoryError('RunClaimContended', 'Too many runs are started at the same time');
}

async function endDeadRun(
  store: Pick<InventoryStore, 'runs'>,
  dead: Run,
  timeoutMinutes: number,
  signal: AbortSignal,
): Promise<void> {
  const end = (run: Run): Run | null => {
    // it has moved since we looked: not dead after all
    if (run.status !== 'running' || run.progress.updatedAt !== dead.progress.updatedAt) return null;
    return timedOut(run, timeoutMinutes);
  };
  await store.runs.update(dead.id, end, signal);
}

/** The record of a run that has been without progress for too long. */
export function timedOut(run: Run, timeoutMinutes: number): Run {
  return {
    ...run,
    status: 'timedOut',
    finishedAt: new Date().toISOString(),
    reason: {
      code: 'RunTimedOut',
      message: `Run ${run.id} was without progress for ${timeoutMinutes} minutes`,
      hint: 'The next run starts afresh. INVENTORY_RUN_TIMEOUT_MINUTES sets how long is too long',
    },
  };
}
