import type { BatchCounts } from '../azure/store/batches.ts';
import { collectBatch } from '../collect/batch/collect-batch.ts';
import { makePrivateFolder } from '../files/private-folder.ts';
import { readPlan, resumedSubscriptions } from './plan-step.ts';
import type { RunEnvironment } from './run-environment.ts';
import { progressOf } from './run-record.ts';
import { watchRun } from './watch-run.ts';

/**
 * A step of a run: reads one batch of its plan into the store. Batches may be read side by side, in any process. A
 * batch that is already in the store is not read again.
 * @throws {RunEndedError} the run was cancelled or timed out
 * @throws {NoTokenError} no credential gives a token any more
 * @throws {InventoryError} the store's own
 */
export async function collectStep(
  environment: RunEnvironment,
  runId: string,
  batch: number,
  signal: AbortSignal,
): Promise<BatchCounts> {
  const { store, session } = environment;
  await using watch = await watchRun(environment, runId, signal);
  const recorded = await readPlan(store, runId, watch.signal);
  const before = await store.batches.finished(runId, watch.signal);
  await using folder = await makePrivateFolder(environment.folder);
  return await collectBatch({
    store,
    arm: session.arm,
    recorded,
    batch,
    folder: folder.path,
    signal: watch.signal,
    onProgress({ subscriptionsDone, virtualMachines, requests }) {
      const finished = {
        subscriptions: before.subscriptions + subscriptionsDone,
        virtualMachines: before.virtualMachines + virtualMachines,
        requests: before.requests + requests,
      };
      watch.report(progressOf(finished, resumedSubscriptions(recorded)));
    },
  });
}
