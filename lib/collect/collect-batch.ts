import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArmClient } from '../azure/resource-manager/arm-client.ts';
import type { BatchCounts, InventoryStore } from '../azure/store/inventory-store.ts';
import type { Plan } from '../inventory/reading.ts';
import { type CollectProgress, collectSubscriptions } from './collect.ts';
import type { PlanGroup } from './plan-groups.ts';
import { writeBatch } from './write-batch.ts';

export interface CollectBatchRequest {
  readonly store: Pick<InventoryStore, 'batches'>;
  readonly arm: ArmClient;
  readonly plan: Plan;
  readonly planHash: string;
  readonly group: PlanGroup;
  /** For throw-away files; made when missing. */
  readonly folder: string;
  readonly onProgress: (progress: CollectProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Reads one group of a plan's subscriptions into Blob storage. A batch that is there already is not read again.
 * @throws {NoTokenError} no token is to be had any more
 * @throws {InventoryError} the store's own
 */
export async function collectBatch(request: CollectBatchRequest): Promise<BatchCounts> {
  const { store, arm, plan, planHash, group, folder, onProgress, signal } = request;
  const found = await store.batches.find(plan.runId, group.batch, planHash, signal);
  if (found !== null) return found;
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${plan.runId}-${group.batch}.ndjson.zst`);
  await rm(path, { force: true });
  const writer = writeBatch(path);
  const now = (): string => new Date().toISOString();
  try {
    const { subscriptions } = group;
    await collectSubscriptions({ arm, plan, subscriptions, sink: writer, now, onProgress, signal });
    const counts = await writer.finish();
    return await store.batches.write(plan.runId, group.batch, planHash, { path, counts }, signal);
  } finally {
    writer.abandon();
    await rm(path, { force: true });
  }
}
