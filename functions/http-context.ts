import type { InventoryStore } from '../lib/azure/store/inventory-store.ts';
import { hasCode } from '../lib/errors.ts';
import type { HttpContext } from '../lib/http/context.ts';
import type { DatabaseReader } from '../lib/published/current-database.ts';

/** The published inventory for requests. */
export function publishedInventory(
  store: InventoryStore,
  reader: DatabaseReader,
): Pick<HttpContext, 'currentDatabase' | 'lastRun' | 'databaseLink'> {
  return {
    currentDatabase: (signal) => reader.current(signal),
    async lastRun(signal) {
      const newest = await store.latest.read(signal);
      if (newest === null) return null;
      const { runId, publishedAt, complete } = newest.latest;
      // A life-cycle rule may have removed the record.
      const record = await store.runs.read(runId, signal);
      return { finishedAt: record?.run.finishedAt ?? publishedAt, complete };
    },
    async databaseLink(signal) {
      const name = await linkable(store, reader, signal);
      return name === null ? null : store.databases.url(name, signal);
    },
  };
}

/** Name of the newest database; null when it is known to be damaged, which a link to it would hide. */
async function linkable(store: InventoryStore, reader: DatabaseReader, signal: AbortSignal): Promise<string | null> {
  try {
    using current = await reader.current(signal);
    const { damaged, latest } = current;
    return damaged ? null : latest.database;
  } catch (error) {
    // A database too large for this host may fit the client's.
    if (!hasCode(error, 'DatabaseTooLarge')) throw error;
    return (await store.latest.read(signal))?.latest.database ?? null;
  }
}
