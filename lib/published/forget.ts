import type { PublishedInventory } from '../azure/store/open-store.ts';
import { openForReading, openForWriting } from '../database/database.ts';
import { type ForgetRequest, forgetSubscription } from '../database/merge/forget-subscription.ts';
import { type Reason, toReason } from '../errors.ts';
import { newRunId, type Run } from '../inventory/run.ts';
import { completePublication, publishDatabase } from './publish-database.ts';

/** The subscription, the reason, and the thresholds of the findings that are written afterwards. */
export type Forgetting = Pick<ForgetRequest, 'subscriptionId' | 'reason' | 'thresholds'>;

/**
 * Closes a lost subscription in a database file.
 * @throws {NotFoundError} the inventory does not contain it
 * @throws {InventoryError} `SubscriptionVisible`, `DatabaseBusy`
 */
export function forgetInFile(databasePath: string, forgetting: Forgetting): Run {
  using database = openForWriting(databasePath);
  return forgetSubscription(database, asRun(forgetting));
}

export interface ForgetPublishedRequest {
  readonly store: PublishedInventory;
  readonly forgetting: Forgetting;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly warn: (reason: Reason) => void;
}

/**
 * Closes a lost subscription in the published inventory. It publishes a new database, as a run does.
 * @throws {NotFoundError} the inventory does not contain it
 * @throws {InventoryError} `SubscriptionVisible`; what `publishDatabase` throws
 */
export function forgetPublished(request: ForgetPublishedRequest): Promise<Run> {
  const { store, folder, signal, warn } = request;
  const forgetting = asRun(request.forgetting);
  return publishDatabase({
    store,
    folder,
    signal,
    runId: forgetting.runId,
    machines: 0,
    change: async (database) => forgetSubscription(database, forgetting),
    async afterwards(path, latest) {
      try {
        using database = openForReading(path);
        await completePublication(store, { database, latest }, signal, warn);
      } catch (error) {
        // The publication stays, and the next run completes it.
        warn(toReason(error));
      }
    },
  });
}

function asRun(forgetting: Forgetting): ForgetRequest {
  const startedAt = new Date().toISOString();
  const subscriptionId = forgetting.subscriptionId.toLowerCase();
  return { ...forgetting, subscriptionId, runId: newRunId(startedAt), startedAt };
}
