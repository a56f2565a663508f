import type { Container } from './container.ts';
import type { Latest } from './inventory-store.ts';

const newestKept = 10;
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
  for await (const item of container.client.listBlobsFlat({ prefix: 'databases/', abortSignal: signal })) {
    found.push({ name: item.name, writtenAt: item.properties.lastModified.getTime() });
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
