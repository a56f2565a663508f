import type { ArmClient } from '../azure/resource-manager/arm-client.ts';
import type { InventoryStore } from '../azure/store/inventory-store.ts';
import type { Database } from '../database/database.ts';
import { openMerge } from '../database/merge/merge.ts';
import type { RecordedPlan } from '../inventory/reading.ts';
import type { Run } from '../inventory/run.ts';
import type { Settings } from '../settings.ts';
import { answerFollowUps } from './follow-up.ts';
import { replayBatch } from './replay-batch.ts';
import { type Republication, republish } from './republish.ts';
import { RunEndedError } from './run-record.ts';
import { addressOf } from './take-over.ts';

export interface PublishRequest extends Pick<Republication, 'folder' | 'signal' | 'onProgress'> {
  readonly store: InventoryStore;
  readonly recorded: RecordedPlan;
  readonly settings: Pick<Settings, 'ignoredTags' | 'retentionDays' | 'idleDays' | 'sharedIdentityLimit'>;
  /** Answers what only the merge knows to ask. */
  readonly arm: ArmClient;
}

/**
 * Merges the batches of a run into the published inventory.
 * @throws {InventoryError} `RunEnded`: cancelled or timed out before the pointer moved; `BatchMissing`, `BatchDamaged`; what
 *   `republish` throws
 */
export async function publishRun(request: PublishRequest): Promise<Run> {
  const { store, recorded, folder, signal, onProgress } = request;
  const { runId } = recorded.plan;
  return republish({
    ...{ store, runId, folder, signal, onProgress },
    change: (database) => mergeBatches(request, database),
    mayPublish: async () => {
      const record = await store.runs.read(runId, signal);
      if (record !== null && record.run.status !== 'running') throw new RunEndedError(record.run);
    },
    afterwards: async () => undefined,
  });
}

async function mergeBatches(request: PublishRequest, database: Database): Promise<Run> {
  const { store, recorded, settings, arm, signal, onProgress } = request;
  const finishedAt = (): string => new Date().toISOString();
  const merge = openMerge(database, recorded.plan, { ...settings, finishedAt });
  for (const number of recorded.batches.keys()) {
    const address = addressOf(recorded, number);
    const lines = await store.batches.read(address, signal);
    await replayBatch(lines, merge, `batch ${address.batch} of run ${address.runId}`);
    onProgress();
  }
  await answerFollowUps(merge, arm, signal);
  return merge.commit();
}
