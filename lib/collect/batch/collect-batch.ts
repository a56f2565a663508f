import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArmClient } from '../../azure/resource-manager/client/arm-client.ts';
import type { BatchCounts } from '../../azure/store/batches.ts';
import type { InventoryStore } from '../../azure/store/open-store.ts';
import { InventoryError } from '../../errors.ts';
import { namingFullDisk } from '../../files/file-errors.ts';
import { addressOf, type Plan, type RecordedPlan } from '../../inventory/plan.ts';
import { type CollectProgress, collectSubscriptions } from '../collect-subscriptions.ts';
import { writeBatch } from './write-batch.ts';

export interface CollectBatchRequest {
  readonly store: Pick<InventoryStore, 'batches'>;
  readonly arm: ArmClient;
  readonly recorded: RecordedPlan;
  /** Its number in the plan. */
  readonly batch: number;
  /** A private folder for temporary files. */
  readonly folder: string;
  readonly onProgress: (progress: CollectProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads one batch of a plan's subscriptions into Blob storage. A batch that is already there is not read again.
 * @throws {NoTokenError} no credential gives a token any more
 * @throws {InventoryError} `DiskFull`; the store's own
 */
export async function collectBatch(request: CollectBatchRequest): Promise<BatchCounts> {
  const { store, arm, recorded, batch, folder, onProgress, signal } = request;
  const { plan } = recorded;
  const address = addressOf(recorded, batch);
  const found = await store.batches.find(address, signal);
  if (found !== null) return found;
  const path = join(folder, `${plan.runId}-${batch}.ndjson.zst`);
  const writer = writeBatch(path);
  try {
    const subscriptions = subscriptionsOf(recorded, batch);
    await collectSubscriptions({ arm, plan, subscriptions, sink: writer.write, onProgress, signal });
    const counts = await namingFullDisk('a batch', folder, () => writer.finish());
    return await store.batches.write(address, { path, counts }, signal);
  } finally {
    writer.abandon();
    await rm(path, { force: true });
  }
}

function subscriptionsOf({ plan, batches }: RecordedPlan, batch: number): Plan['subscriptions'] {
  const ids = batches[batch]?.subscriptionIds;
  if (ids === undefined) throw new InventoryError('BatchUnknown', `Run ${plan.runId} has no batch ${batch}`);
  const wanted = new Set(ids);
  return plan.subscriptions.filter(({ subscriptionId }) => wanted.has(subscriptionId));
}
