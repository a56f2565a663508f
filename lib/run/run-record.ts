import type { InventoryStore } from '../azure/store/open-store.ts';
import { InventoryError } from '../errors.ts';
import type { Run, RunTrigger } from '../inventory/run.ts';

/** The record of a run that has just been asked for. */
export function newRunRecord(id: string, trigger: RunTrigger, scope: readonly string[] | null, startedAt: string): Run {
  return {
    id,
    trigger,
    status: 'running',
    scope,
    startedAt,
    finishedAt: null,
    complete: false,
    reason: null,
    virtualMachineCount: 0,
    principalCount: 0,
    coverage: { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: null },
    changes: {},
    progress: {
      step: 'plan',
      subscriptionsDone: 0,
      subscriptionsTotal: 0,
      virtualMachines: 0,
      requests: 0,
      updatedAt: startedAt,
    },
  };
}

/** The run's record says that it has ended (cancelled, timed out): it must not go on. */
export class RunEndedError extends InventoryError {
  override readonly name = 'RunEndedError';
  readonly run: Run;
  constructor(run: Run) {
    super('RunEnded', `Run ${run.id} has ended as ${run.status}`);
    this.run = run;
  }
}

/**
 * Ends a run on record. Of all who try, the one whose change was written is told so: it is the one to log the run.
 * @param end the record as it is to be; null = leave it
 * @returns the run as it ended; null when it was left as it was
 */
export async function endRun(
  store: Pick<InventoryStore, 'runs'>,
  runId: string,
  end: (record: Run) => Run | null,
  signal: AbortSignal,
): Promise<Run | null> {
  let ended: Run | null = null;
  await store.runs.update(
    runId,
    (record) => {
      ended = end(record);
      return ended;
    },
    signal,
  );
  return ended;
}

/**
 * Asks a running run to stop. It may still end as succeeded when it was about to publish.
 * @returns the record, and whether it was running; it says `cancelled` unless nothing could be stopped any more
 * @throws {NotFoundError} `RunNotFound`
 */
export async function cancelRun(
  store: Pick<InventoryStore, 'runs'>,
  runId: string,
  signal: AbortSignal,
): Promise<{ readonly outcome: 'cancelling' | 'ended'; readonly run: Run }> {
  let outcome: 'cancelling' | 'ended' = 'ended';
  const run = await store.runs.update(
    runId,
    (record) => {
      outcome = record.status === 'running' ? 'cancelling' : 'ended';
      // published: there is nothing left to stop
      if (outcome === 'ended' || record.progress.step === 'report') return null;
      return { ...record, status: 'cancelled', finishedAt: new Date().toISOString() };
    },
    signal,
  );
  return { outcome, run };
}
