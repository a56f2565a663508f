import type { BatchCounts } from '../azure/store/batches.ts';
import type { InventoryStore } from '../azure/store/open-store.ts';
import { type Run, type RunProgress, runStepNames } from '../inventory/run.ts';
import { RunEndedError } from './run-record.ts';

/** What a step knows of how far its run is. */
export type ProgressChange = Partial<Omit<RunProgress, 'updatedAt'>>;

/**
 * Puts progress on record, now.
 * @throws {RunEndedError} the record says that the run is over
 */
export async function advance(
  store: Pick<InventoryStore, 'runs'>,
  runId: string,
  change: ProgressChange,
  signal: AbortSignal,
): Promise<void> {
  const record = await store.runs.update(runId, (run) => advanced(run, change), signal);
  if (record.status !== 'running') throw new RunEndedError(record);
}

/**
 * A record with progress added; null when the run is over. Steps of one run go on side by side, and each knows only a part: the
 * furthest word counts.
 */
export function advanced(run: Run, change: ProgressChange): Run | null {
  if (run.status !== 'running') return null;
  const { progress } = run;
  const further = (one: number, other: number | undefined): number => Math.max(one, other ?? 0);
  const step = change.step ?? progress.step;
  return {
    ...run,
    progress: {
      step: runStepNames.indexOf(step) > runStepNames.indexOf(progress.step) ? step : progress.step,
      subscriptionsDone: further(progress.subscriptionsDone, change.subscriptionsDone),
      subscriptionsTotal: further(progress.subscriptionsTotal, change.subscriptionsTotal),
      virtualMachines: further(progress.virtualMachines, change.virtualMachines),
      requests: further(progress.requests, change.requests),
      updatedAt: new Date().toISOString(),
    },
  };
}

/** Finished batches as progress. */
export function progressOf(finished: BatchCounts, takenOver: number): ProgressChange {
  const { subscriptions, virtualMachines, requests } = finished;
  return { subscriptionsDone: takenOver + subscriptions, virtualMachines, requests };
}
