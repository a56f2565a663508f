import type { InventoryStore } from '../azure/store/inventory-store.ts';
import type { Database } from '../database/database.ts';
import { openMerge } from '../database/merge/merge.ts';
import type { Plan, Verification } from '../inventory/reading.ts';
import type { Run } from '../inventory/run.ts';
import type { Settings } from '../settings.ts';
import { groupsOf } from './plan-groups.ts';
import { replayBatch } from './replay-batch.ts';
import { type Republication, republish } from './republish.ts';
import { RunEndedError } from './run-record.ts';
import { verifyAbsent } from './verify.ts';

export interface PublishRequest extends Pick<Republication, 'folder' | 'signal' | 'onProgress' | 'warn'> {
  readonly store: InventoryStore;
  readonly plan: Plan;
  readonly planHash: string;
  readonly settings: Pick<Settings, 'ignoredTags' | 'retentionDays'>;
  /** Reads one machine by its id. */
  readonly verify: (resourceId: string, signal: AbortSignal) => Promise<Verification>;
}

/**
 * Merges the batches of a run into the published inventory.
 * @throws {InventoryError} `RunEnded`: cancelled or timed out before the pointer moved; `BatchMissing`, `BatchDamaged`; what
 *   `republish` throws
 */
export async function publishRun(request: PublishRequest): Promise<Run> {
  const { store, plan, folder, signal, onProgress, warn } = request;
  return republish({
    ...{ store, folder, signal, onProgress, warn },
    runId: plan.runId,
    change: (database) => mergeBatches(request, database),
    mayPublish: async () => {
      const record = await store.runs.read(plan.runId, signal);
      if (record !== null && record.run.status !== 'running') throw new RunEndedError(record.run);
    },
  });
}

async function mergeBatches(request: PublishRequest, database: Database): Promise<Run> {
  const { store, plan, planHash, settings, verify, signal, onProgress } = request;
  const { ignoredTags, retentionDays } = settings;
  const finishedAt = (): string => new Date().toISOString();
  const merge = openMerge(database, plan, { ignoredTags, retentionDays, finishedAt });
  for (const { batch } of groupsOf(plan)) {
    const lines = await store.batches.read(plan.runId, batch, planHash, signal);
    await replayBatch(lines, merge, `batch ${batch} of run ${plan.runId}`);
    onProgress();
  }
  await verifyAbsent(merge, verify, signal);
  return merge.commit();
}
