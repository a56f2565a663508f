import type { Container } from './container.ts';
import type { Latest } from './inventory-store.ts';

const newestKept = 10;
/** A page is a kilobyte of XML for each; there are a few dozen of them, or hundreds after a day of runs in a row. */
const pageSize = 250;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Removes databases that nobody needs: not named by `latest.json`, not among the ten newest, and older than a day (a publish that
 * is under way has uploaded one that nothing names yet).
 * @returns the names removed
 */
export async function pruneDatabases(
  container: Container,
  latest: Latest,
  now: Date,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found: { readonly name: string; readonly writtenAt: number }[] = [];
  const listing = container.client.listBlobsFlat({ prefix: 'databases/', abortSignal: signal });
  for await (const { segment } of listing.byPage({ maxPageSize: pageSize })) {
    for (const { name, properties } of segment.blobItems) {
      found.push({ name, writtenAt: properties.lastModified.getTime() });
    }
  }
  // by time, then by name: names begin with the run's start
  found.sort((a, b) => b.writtenAt - a.writtenAt || (a.name < b.name ? 1 : -1));
  const named = new Set([latest.database, latest.previous?.database]);
  const removed: string[] = [];
  for (const { name, writtenAt } of found.slice(newestKept)) {
    if (named.has(name) || now.getTime() - writtenAt < dayMs) continue;
    await container.client.getBlobClient(name).deleteIfExists({ abortSignal: signal });
    removed.push(name);
  }
  return removed;
}
