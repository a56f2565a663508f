import type { DatabaseSource } from '../azure/store/open-store.ts';
import type { Latest } from '../azure/store/pointers.ts';
import { hasCode, type InventoryError } from '../errors.ts';
import { fetchDatabase } from './database-file.ts';

/**
 * Downloads the newest database, or the one before when it cannot be used.
 * @param copies how many of its size must fit into the folder
 * @returns why it had to be the one before; null = it is the newest
 * @throws {InventoryError} neither can be used; `DatabaseTooLarge`; the store's own
 */
export async function fetchNewestUsable(
  source: DatabaseSource,
  latest: Latest,
  path: string,
  signal: AbortSignal,
  copies = 1,
): Promise<InventoryError | null> {
  try {
    await fetchDatabase(source, latest, path, signal, copies);
    return null;
  } catch (error) {
    if (!hasCode(error, 'DatabaseDamaged') || latest.previous === null) throw error;
    const { previous } = latest;
    const described = await source.databases.describe(previous.database, signal);
    if (described === null) throw error;
    await fetchDatabase(source, { ...previous, sizeBytes: described.sizeBytes }, path, signal, copies);
    return error;
  }
}
