import type { InventoryStore } from '../lib/azure/store/inventory-store.ts';
import type { DatabaseReader } from '../lib/collect/current-database.ts';
import { InventoryError } from '../lib/errors.ts';
import type { HttpContext } from '../lib/http/context.ts';

/** The published inventory as requests see it. */
export function publishedInventory(
  store: InventoryStore,
  reader: DatabaseReader,
): Pick<HttpContext, 'currentDatabase' | 'lastRun' | 'databaseLink'> {
  return {
    currentDatabase: (signal) => reader.current(signal),
    async lastRun(signal) {
      const found = await store.latest.read(signal);
      if (found === null) return null;
      const { runId, publishedAt, complete } = found.latest;
      // The record may be gone: runs/ is where a life-cycle rule may clean up.
      const record = await store.runs.read(runId, signal);
      return { finishedAt: record?.run.finishedAt ?? publishedAt, complete };
    },
    async databaseLink(signal) {
      const found = await store.latest.read(signal);
      if (found === null) throw new InventoryError('InventoryNotReady', 'There is no inventory yet');
      return store.databases.url(found.latest.database, signal);
    },
  };
}
