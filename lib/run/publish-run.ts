import type { InventoryStore } from '../azure/store/open-store.ts';
import { replayBatch } from '../collect/batch/replay-batch.ts';
import { addressOf, type RecordedPlan } from '../inventory/plan.ts';
import type { ReadingSink } from '../inventory/reading.ts';
import type { Run } from '../inventory/run.ts';
import { publishDatabase } from '../published/publish-database.ts';
import { type MergeRunRequest, mergeRun } from './merge-run.ts';
import { RunEndedError } from './run-record.ts';

export interface PublishRunRequest extends Omit<MergeRunRequest, 'plan' | 'readOwn'> {
  readonly store: InventoryStore;
  readonly recorded: RecordedPlan;
  /** How many machines the run's batches hold. */
  readonly machines: number;
}

/**
 * Merges the batches of a run into the published inventory. Second of:
 * step -> run (merge of batches) -> database (pointer).
 * @throws {InventoryError} `RunEnded`: cancelled or timed out before the pointer moved; `BatchMissing`, `BatchDamaged`;
 *   what `publishDatabase` throws
 */
export function publishRun(request: PublishRunRequest): Promise<Run> {
  const { store, recorded, signal } = request;
  const { plan, batches } = recorded;
  return publishDatabase({
    ...request,
    runId: plan.runId,
    mayPublish: async () => {
      const record = await store.runs.read(plan.runId, signal);
      if (record !== null && record.run.status !== 'running') throw new RunEndedError(record.run);
    },
    change: (database) => {
      const readOwn: MergeRunRequest['readOwn'] = async (contested) => async (sink, onlyContested) => {
        for (const [number, { subscriptionIds }] of batches.entries()) {
          if (!onlyContested || subscriptionIds.some((id) => contested.has(id))) await replay(request, number, sink);
        }
      };
      return mergeRun({ ...request, plan, readOwn }, database);
    },
  });
}

async function replay(request: PublishRunRequest, number: number, sink: ReadingSink): Promise<void> {
  const { store, recorded, signal, onProgress } = request;
  const address = addressOf(recorded, number);
  const lines = await store.batches.read(address, signal);
  await replayBatch(lines, sink, `batch ${address.batch} of run ${address.runId}`);
  onProgress?.();
}
