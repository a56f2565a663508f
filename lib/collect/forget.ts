import type { PublishedInventory } from '../azure/store/inventory-store.ts';
import { openForReading, openForWriting } from '../database/database.ts';
import { forgetSubscription } from '../database/merge/forget.ts';
import { type Reason, toReason } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import { runId } from '../inventory/run.ts';
import { refreshPublication } from './refresh-publication.ts';
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
export function forgetPublished(request: ForgetPublishedRequest): Promise<Run> {
  const { store, subscriptionId, reason, folder, signal, warn } = request;
  const forgetting = newForgetting(subscriptionId, reason);
  return republish({
    ...{ store, folder, signal },
    runId: forgetting.runId,
    change: async (database) => forgetSubscription(database, forgetting),
    mayPublish: async () => undefined,
    onProgress: () => undefined,
    async afterwards(path, latest) {
      const database = openForReading(path);
      try {
        await refreshPublication(store, { database, latest }, signal);
      } catch (error) {
        // what is published stays so, and the next run makes this good
        warn(toReason(error));
      } finally {
        database.close();
      }
    },
  });
}

function newForgetting(subscriptionId: string, reason: string) {
  const startedAt = new Date().toISOString();
  return { subscriptionId: subscriptionId.toLowerCase(), reason, runId: runId(startedAt, newRunSuffix()), startedAt };
}
