import type { PublishedInventory } from '../azure/store/open-store.ts';
import { openForReading, openForWriting } from '../database/database.ts';
import { type ForgetRequest, forgetSubscription } from '../database/merge/forget.ts';
import { type Reason, toReason } from '../errors.ts';
import type { Run } from '../inventory/run.ts';
import { newRunId } from '../inventory/run.ts';
import { republish } from './publish-database.ts';
import { refreshPublication } from './refresh-publication.ts';

/** Which subscription, why, and what findings go by afterwards. */
export type Forgetting = Pick<ForgetRequest, 'subscriptionId' | 'reason' | 'thresholds'>;

/**
 * Closes a lost subscription in a database file.
 * @throws {NotFoundError} the inventory does not follow it
 * @throws {InventoryError} `SubscriptionVisible`, `DatabaseBusy`
 */
export function forgetInFile(databasePath: string, forgetting: Forgetting): Run {
  const database = openForWriting(databasePath);
  try {
    return forgetSubscription(database, asRun(forgetting));
  } finally {
    database.close();
  }
}

export interface ForgetPublishedRequest {
  readonly store: PublishedInventory;
  readonly forgetting: Forgetting;
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
  const { store, folder, signal, warn } = request;
  const forgetting = asRun(request.forgetting);
  return republish({
    store,
    folder,
    signal,
    runId: forgetting.runId,
    machines: 0,
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

function asRun(forgetting: Forgetting): ForgetRequest {
  const startedAt = new Date().toISOString();
  const subscriptionId = forgetting.subscriptionId.toLowerCase();
  return { ...forgetting, subscriptionId, runId: newRunId(startedAt), startedAt };
}
