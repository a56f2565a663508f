import type { PublishedInventory } from '../azure/store/open-store.ts';
import type { Latest } from '../azure/store/pointers.ts';
import type { Database } from '../database/database.ts';
import { resolveAsOf } from '../database/queries/as-of.ts';
import { iterateVirtualMachines } from '../database/queries/machines/virtual-machines.ts';
import { ndjson } from '../reports/ndjson.ts';

/** Brings what is made from the newest database up to it, and removes the databases that nobody needs any more. */
export async function refreshPublication(
  store: Pick<PublishedInventory, 'writeCurrentMachines' | 'databases'>,
  { database, latest }: { readonly database: Database; readonly latest: Latest },
  signal: AbortSignal,
): Promise<void> {
  const machines = iterateVirtualMachines(database, resolveAsOf(database, null), {});
  await store.writeCurrentMachines(ndjson(machines), signal);
  await store.databases.prune(latest, new Date(), signal);
}
