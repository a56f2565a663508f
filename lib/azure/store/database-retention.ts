import type { Container } from './container.ts';
import type { Latest } from './inventory-store.ts';

const newestKept = 10;
const dayMs = 24 * 60 * 60 * 1000;
/** One page, unless there were more than four runs an hour. */
const pageSize = 100;

/**
 * Removes databases that nobody needs: not named by `latest.json`, not among the ten newest, and older than a day (a publish that
 * is under way has uploaded one that nothing names yet). Names begin with the run's start, and are listed in their order: no more
 * is looked at than the old ones and ten that are not.
 * @returns the names removed
 */
export async function pruneDatabases(
  container: Container,
  latest: Latest,
  now: Date,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const named = new Set([latest.database, latest.previous?.database]);
  const removed: string[] = [];
  /** The newest so far, the oldest of them first. */
  const kept: { readonly name: string; readonly isOld: boolean }[] = [];
  const listing = container.client.listBlobsFlat({ prefix: 'databases/', abortSignal: signal });
  for await (const { segment } of listing.byPage({ maxPageSize: pageSize })) {
    for (const { name, properties } of segment.blobItems) {
      kept.push({ name, isOld: now.getTime() - properties.lastModified.getTime() >= dayMs });
      const next = kept.length > newestKept ? kept.shift() : undefined;
      if (next === undefined || !next.isOld || named.has(next.name)) continue;
      await container.client.getBlobClient(next.name).deleteIfExists({ abortSignal: signal });
      removed.push(next.name);
    }
    if (kept.length === newestKept && kept.every(({ isOld }) => !isOld)) break;
  }
  return removed;
}
