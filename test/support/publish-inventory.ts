import { describeFile } from '../../lib/published/database-file.ts';
import { type Inventory, runIdOf } from '../database/fixtures/inventory.ts';
import { never, newStore } from './stores.ts';

/** Publishes an inventory of one run in the container that the app uses by default. */
export async function publishInventory(connectionString: string, inventory: Inventory): Promise<void> {
  const { store } = newStore(connectionString, 'inventory');
  const file = await describeFile(inventory.path, never);
  const database = await store.databases.write(runIdOf(1), file, never);
  const { sizeBytes, sha256 } = file;
  const latest = { runId: runIdOf(1), seq: 1, database, sizeBytes, sha256, complete: true, previous: null };
  await store.latest.move({ ...latest, publishedAt: '2026-11-21T06:00:00.000Z' }, null, never);
}
