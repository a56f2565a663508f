import type { PublishedInventory } from '../azure/store/inventory-store.ts';
import { openForWriting } from '../database/database.ts';
import { forgetSubscription } from '../database/merge/forget.ts';
import type { Reason } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import { runId } from '../inventory/run.ts';
import { republish } from './republish.ts';
import { newRunSuffix } from './run-suffix.ts';

/**
 * Closes a lost subscription in a database file.
 * @throws {NotFoundError} the inventory does not follow it
 * @throws {InventoryError} `SubscriptionVisible`, `DatabaseBusy`
 */
export function forgetInFile(databasePath: string, subscriptionId: string, reason: string): Run {
  const database = openForWriting(databasePath);
  try {
    return forgetSubscription(database, newForgetting(subscriptionId, reason));
  } finally {
    database.close();
  }
}

export interface ForgetPublishedRequest {
  readonly store: PublishedInventory;
  readonly subscriptionId: string;
  readonly reason: string;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly warn: (reason: Reason) => void;
}

/**
 * Closes a lost subscription in the published inventory: a publication like a run's, under a new name.
 * @throws {NotFoundError} the inventory does not follow it
 * @throws {InventoryError} `SubscriptionVisible`; what `republish` throws
 */
export function forgetPublished({ subscriptionId, reason, ...rest }: ForgetPublishedRequest): Promise<Run> {
  const forgetting = newForgetting(subscriptionId, reason);
  return republish({
    ...rest,
    runId: forgetting.runId,
    change: async (database) => forgetSubscription(database, forgetting),
    mayPublish: async () => undefined,
    onProgress: () => undefined,
  });
}

function newForgetting(subscriptionId: string, reason: string) {
  const startedAt = new Date().toISOString();
  return { subscriptionId: subscriptionId.toLowerCase(), reason, runId: runId(startedAt, newRunSuffix()), startedAt };
}
