import type { InventoryStore } from '../azure/store/inventory-store.ts';
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
 * Asks a running run to stop. It may still end as succeeded when it was about to publish.
 * @returns the record, and whether it was running
 * @throws {NotFoundError} `RunNotFound`
 */
export async function cancelRun(
  store: Pick<InventoryStore, 'runs'>,
  runId: string,
  signal: AbortSignal,
): Promise<{ readonly outcome: 'cancelling' | 'ended'; readonly run: Run }> {
  let wasRunning = false;
  const run = await store.runs.update(
    runId,
    (record) => {
      wasRunning = record.status === 'running';
      return wasRunning ? { ...record, status: 'cancelled', finishedAt: new Date().toISOString() } : null;
    },
    signal,
  );
  return { outcome: wasRunning ? 'cancelling' : 'ended', run };
}
