import type { BatchCounts } from '../azure/store/batches.ts';
import type { InventoryStore } from '../azure/store/open-store.ts';
import { InventoryError } from '../errors.ts';
import { type Run, type RunProgress, type RunTrigger, runStepNames } from '../inventory/run.ts';

type Runs = Pick<InventoryStore, 'runs'>;

/** The record of a run that was just requested. */
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

/** The record of the run says that it has ended (cancelled, timed out): its steps must stop. */
export class RunEndedError extends InventoryError {
  override readonly name = 'RunEndedError';
  readonly run: Run;
  constructor(run: Run) {
    super('RunEnded', `Run ${run.id} has ended with status ${run.status}`);
    this.run = run;
  }
}

/** What a step knows about the progress of its run. */
export type ProgressChange = Partial<Omit<RunProgress, 'updatedAt'>>;

/**
 * Records progress now.
 * @throws {RunEndedError} the record says that the run has ended
 */
export async function advance(store: Runs, runId: string, change: ProgressChange, signal: AbortSignal): Promise<void> {
  const record = await store.runs.update(runId, (run) => advanced(run, change), signal);
  if (record.status !== 'running') throw new RunEndedError(record);
}

/**
 * A record with progress added; null when the run has ended. The steps of a run execute side by side and each knows
 * only a part, so the highest number wins.
 */
export function advanced(run: Run, change: ProgressChange): Run | null {
  if (run.status !== 'running') return null;
  const { progress } = run;
  const step = change.step ?? progress.step;
  return {
    ...run,
    progress: {
      ...progress,
      step: runStepNames.indexOf(step) > runStepNames.indexOf(progress.step) ? step : progress.step,
      subscriptionsDone: Math.max(progress.subscriptionsDone, change.subscriptionsDone ?? 0),
      subscriptionsTotal: Math.max(progress.subscriptionsTotal, change.subscriptionsTotal ?? 0),
      virtualMachines: Math.max(progress.virtualMachines, change.virtualMachines ?? 0),
      requests: Math.max(progress.requests, change.requests ?? 0),
      updatedAt: new Date().toISOString(),
    },
  };
}

/**
 * Finished batches as progress.
 * @param resumed subscriptions that an earlier run has read for this one
 */
export function progressOf(finished: BatchCounts, resumed: number): ProgressChange {
  const { subscriptions, virtualMachines, requests } = finished;
  return { subscriptionsDone: resumed + subscriptions, virtualMachines, requests };
}

/**
 * Ends the record of a run. Of several callers, only the one whose change was written gets the run back, and logs it.
 * @param end returns the record as it should be; null = leave it
 * @returns the run as it ended; null when the record was left
 */
export async function endRun(
  store: Runs,
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

/** The record as failed at this moment; null when the run has already ended. */
export function failed(record: Run, reason: Run['reason']): Run | null {
  if (record.status !== 'running') return null;
  return { ...record, status: 'failed', finishedAt: new Date().toISOString(), reason };
}

/**
 * Asks a running run to stop. It may still succeed if it was about to publish.
 * @returns the record, and whether it was running; it says `cancelled` unless it was too late to stop anything
 * @throws {NotFoundError} `RunNotFound`
 */
export async function cancelRun(
  store: Runs,
  runId: string,
  signal: AbortSignal,
): Promise<{ readonly outcome: 'cancelling' | 'ended'; readonly run: Run }> {
  let outcome: 'cancelling' | 'ended' = 'ended';
  const run = await store.runs.update(
    runId,
    (record) => {
      outcome = record.status === 'running' ? 'cancelling' : 'ended';
      // A published run has nothing left to stop.
      if (outcome === 'ended' || record.progress.step === 'report') return null;
      return { ...record, status: 'cancelled', finishedAt: new Date().toISOString() };
    },
    signal,
  );
  return { outcome, run };
}
