import { openForWriting } from '../database/database.ts';
import { forgetSubscription } from '../database/merge/forget.ts';
import type { Run } from '../inventory/run.ts';
import { runId } from '../inventory/run.ts';
import { newRunSuffix } from './run-suffix.ts';

/**
 * Closes a lost subscription in a database file.
 * @throws {NotFoundError} the inventory does not follow it
 * @throws {InventoryError} `SubscriptionVisible`
 */
export function forgetInFile(databasePath: string, subscriptionId: string, reason: string): Run {
  const startedAt = new Date().toISOString();
  const database = openForWriting(databasePath);
  try {
    const id = runId(startedAt, newRunSuffix());
    return forgetSubscription(database, { subscriptionId: subscriptionId.toLowerCase(), reason, runId: id, startedAt });
  } finally {
    database.close();
  }
}
