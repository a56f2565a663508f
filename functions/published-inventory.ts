import type { InventoryStore } from '../lib/azure/store/open-store.ts';
import { hasCode } from '../lib/errors.ts';
import type { HttpContext } from '../lib/http/context.ts';
import type { DatabaseReader } from '../lib/published/current-database.ts';

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
      const name = await linkable(store, reader, signal);
      return name === null ? null : store.databases.url(name, signal);
    },
  };
}

/** The newest database; null where it is known to be damaged: nobody who followed a link to it would see that. */
async function linkable(store: InventoryStore, reader: DatabaseReader, signal: AbortSignal): Promise<string | null> {
  try {
    using current = await reader.current(signal);
    const { damaged, latest } = current;
    return damaged ? null : latest.database;
  } catch (error) {
    // what does not fit here may fit there
    if (!hasCode(error, 'DatabaseTooLarge')) throw error;
    return (await store.latest.read(signal))?.latest.database ?? null;
  }
}
