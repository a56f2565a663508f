import { hasCode, InventoryError, NoTokenError } from '../../errors.ts';
import type { Container } from './container.ts';
import type { Latest } from './pointers.ts';
import { attempt, noAnswerCodes } from './storage-error.ts';

const keptCount = 10;
const keptMs = 24 * 60 * 60 * 1000;
/** One page, unless there were more than four runs an hour. */
const pageSize = 100;
/** Each removal without an answer takes seconds of retries. Two may be about single blobs; more wait for the next run. */
const mostUnanswered = 2;

/**
 * Removes the databases that `latest.json` does not name, that are not among the ten newest, and that are older than a
 * day. Younger ones stay: a publish may have uploaded one that nothing names yet. Names begin with the start of the
 * run, and the list is in their order, so that it ends after the old ones and ten young ones.
 *
 * Goes past a database that cannot be removed: under a lease, a legal hold, …
 * @returns the names removed
 * @throws {InventoryError} at the end: why the first of them cannot be removed
 */
export async function pruneDatabases(
  container: Container,
  latest: Latest,
  now: Date,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const named = new Set([latest.database, latest.previous?.database]);
  const removed: string[] = [];
  const failures: InventoryError[] = [];
  /** The newest so far, the oldest of them first. */
  const kept: { readonly name: string; readonly isOld: boolean }[] = [];
  const listing = container.client.listBlobsFlat({ prefix: 'databases/', abortSignal: signal });
  for await (const { segment } of listing.byPage({ maxPageSize: pageSize })) {
    for (const { name, properties } of segment.blobItems) {
      kept.push({ name, isOld: now.getTime() - properties.lastModified.getTime() >= keptMs });
      const next = kept.length > keptCount ? kept.shift() : undefined;
      if (next === undefined || !next.isOld || named.has(next.name)) continue;
      try {
        await remove(container, next.name, signal);
        removed.push(next.name);
      } catch (error) {
        if (!(error instanceof InventoryError)) throw error;
        failures.push(error);
        if (failures.filter(isUnanswered).length === mostUnanswered) throw summaryOf(error, failures);
      }
    }
    if (kept.length === keptCount && kept.every(({ isOld }) => !isOld)) break;
  }
  const [first] = failures;
  if (first === undefined) return removed;
  throw summaryOf(first, failures);
}

function summaryOf({ code, message, hint }: InventoryError, { length }: readonly InventoryError[]): InventoryError {
  const more = length === 1 ? '' : `. ${length - 1} more could not be removed either`;
  return new InventoryError({ given: code }, `${message}${more}`, { hint });
}

function isUnanswered(error: InventoryError): boolean {
  return error instanceof NoTokenError || hasCode(error, ...noAnswerCodes);
}

function remove(container: Container, name: string, signal: AbortSignal): Promise<unknown> {
  const blob = container.client.getBlobClient(name);
  return attempt(container, `remove ${name}`, signal, () => blob.deleteIfExists({ abortSignal: signal }));
}
