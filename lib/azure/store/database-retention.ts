import type { Container } from './container.ts';
import type { Latest } from './pointers.ts';

const keptCount = 10;
const keptMs = 24 * 60 * 60 * 1000;
/** One page, unless there were more than four runs an hour. */
const pageSize = 100;

/**
 * Removes the databases that `latest.json` does not name, that are not among the ten newest, and that are older than a
 * day. Younger ones stay: a publish may have uploaded one that nothing names yet. Names begin with the start of the
 * run, and the list is in their order, so that it ends after the old ones and ten young ones.
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
      kept.push({ name, isOld: now.getTime() - properties.lastModified.getTime() >= keptMs });
      const next = kept.length > keptCount ? kept.shift() : undefined;
      if (next === undefined || !next.isOld || named.has(next.name)) continue;
      await container.client.getBlobClient(next.name).deleteIfExists({ abortSignal: signal });
      removed.push(next.name);
    }
    if (kept.length === keptCount && kept.every(({ isOld }) => !isOld)) break;
  }
  return removed;
}
