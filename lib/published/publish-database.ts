import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseFile } from '../azure/store/databases.ts';
import type { PublishedInventory } from '../azure/store/open-store.ts';
import type { Latest } from '../azure/store/pointers.ts';
import { type Database, openForWriting } from '../database/database.ts';
import { resolveAsOf } from '../database/queries/as-of.ts';
import { iterateVirtualMachines } from '../database/queries/machines/virtual-machines.ts';
import { getRun } from '../database/queries/runs.ts';
import { hasCode, InventoryError, type Reason, toReason } from '../errors.ts';
import { namingFullDisk } from '../files/file-errors.ts';
import type { Run } from '../inventory/run.ts';
import { ndjson } from '../reports/ndjson.ts';
import { checkSpace, describeFile, fetchDatabase, freeBytes, publicationDamaged } from './database-file.ts';

/** Other apps may publish to the same container as often as this one. More rounds than this have another cause. */
const mostRounds = 10;
/** A larger share of free pages than this makes it worth rewriting the file. */
const wastedShare = 0.2;
/** The least that one machine takes, without any history. */
const bytesPerMachine = 350;

/** How to make a new state of the published inventory, and what may still stop it. */
export interface PublishDatabaseRequest {
  readonly store: PublishedInventory;
  /** The run that records the change. */
  readonly runId: string;
  /** How many machines the inventory will hold at least: all of it must fit into the folder. */
  readonly machines: number;
  /** Changes a temporary copy of the newest database, or an empty one. Called again if the pointer moved. */
  readonly change: (database: Database) => Promise<Run>;
  /** Called just before the pointer moves. @throws to leave everything as it was */
  readonly mayPublish?: () => Promise<void>;
  /** For temporary files; made when missing. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called after each part of the work, so that the run does not look dead. */
  readonly onProgress?: () => void;
  /** Called with the file of the newest publication once it holds the change. */
  readonly afterwards?: (path: string, latest: Latest) => Promise<void>;
}

/**
 * Changes a copy of the newest database, uploads it under a new name and moves `latest.json` to it. If the pointer has
 * moved meanwhile, it starts again from the new database. A run that is already published is not published again.
 * Last of: step -> run (merge of batches) -> database (pointer).
 * @throws {InventoryError} `DatabaseDamaged`, `DatabaseTooLarge` before anything is written, `DiskFull`,
 *   `PointerContended`; the store's own; what `change` throws
 */
export async function publishDatabase(request: PublishDatabaseRequest): Promise<Run> {
  const { store, runId, folder, signal } = request;
  await mkdir(folder, { recursive: true });
  const path = join(folder, `publish-${runId}.sqlite`);
  try {
    for (let round = 0; round < mostRounds; round++) {
      const published = await namingFullDisk('the inventory', folder, () => publishOnce(request, path));
      if (published !== null) {
        await request.afterwards?.(path, published.latest);
        return published.run;
      }
      signal.throwIfAborted();
    }
    throw new InventoryError('PointerContended', `Other apps keep moving latest.json in ${store.url}`, {
      hint: 'Give each app a container of its own (INVENTORY_CONTAINER)',
    });
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Completes a publication: writes the current machines for programs that read a blob, and removes old databases
 * (lib/azure/store/database-retention.ts says which).
 * @param warn called for each of the two that fails; the next run does it again
 * @throws the signal's reason
 */
export async function completePublication(
  store: Pick<PublishedInventory, 'writeCurrentMachines' | 'databases'>,
  { database, latest }: { readonly database: Database; readonly latest: Latest },
  signal: AbortSignal,
  warn: (reason: Reason) => void,
): Promise<void> {
  const orWarn = (error: unknown): void => {
    signal.throwIfAborted();
    warn(toReason(error));
  };
  const machines = iterateVirtualMachines(database, resolveAsOf(database, null), {});
  await store.writeCurrentMachines(ndjson(machines), signal).catch(orWarn);
  await store.databases.prune(latest, new Date(), signal).catch(orWarn);
}

/** @returns null when the pointer moved meanwhile */
async function publishOnce(
  request: PublishDatabaseRequest,
  path: string,
): Promise<{ run: Run; latest: Latest } | null> {
  const { store, runId, machines, signal } = request;
  await rm(path, { force: true });
  const base = await store.latest.read(signal);
  const leastBytes = machines * bytesPerMachine;
  await checkSpace(`An inventory of ${machines} machines takes at least ${leastBytes} bytes`, leastBytes, path);
  if (base !== null) await fetchNewest(request, base.latest, path);
  const changed = await changeFile(request, base?.latest ?? null, path);
  if ('latest' in changed) return changed;
  request.onProgress?.();
  const file = await describeFile(path, signal);
  const name = await store.databases.write(runId, file, signal);
  request.onProgress?.();
  await request.mayPublish?.();
  const latest = pointerTo(changed.run, changed.seq, name, file, base?.latest ?? null);
  return (await store.latest.move(latest, base?.etag ?? null, signal)) ? { run: changed.run, latest } : null;
}

/** @returns the run and its `seq`; or the run and the publication that already holds it */
async function changeFile(
  { runId, change }: PublishDatabaseRequest,
  base: Latest | null,
  path: string,
): Promise<{ run: Run; seq: number } | { run: Run; latest: Latest }> {
  using database = openForWriting(path);
  const merged = getRun(database, runId);
  if (merged !== null && base !== null) return { run: merged, latest: base };
  // The copy is removed when anything fails, so it needs no journal and need not wait for the disk.
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  const run = await change(database);
  const { seq } = resolveAsOf(database, runId);
  vacuum(database, await freeBytes(path), base === null);
  return { run, seq };
}

function pointerTo(run: Run, seq: number, name: string, file: DatabaseFile, base: Latest | null): Latest {
  return {
    runId: run.id,
    seq,
    database: name,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    publishedAt: new Date().toISOString(),
    complete: run.complete,
    previous: base === null ? null : { database: base.database, sha256: base.sha256 },
  };
}

async function fetchNewest({ store, signal }: PublishDatabaseRequest, latest: Latest, path: string): Promise<void> {
  try {
    await fetchDatabase(store, latest, path, signal);
  } catch (error) {
    if (hasCode(error, 'DatabaseDamaged')) throw publicationDamaged(latest, error);
    throw error;
  }
}

/**
 * Rewrites the file where that pays: after the first run, whose rows came in no order, and when many pages are free. It
 * needs space for a second file.
 */
function vacuum(database: Database, free: number, first: boolean): void {
  const pragma = (name: string): number => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const pages = pragma('page_count');
  if (!first && pragma('freelist_count') / pages < wastedShare) return;
  if (pages * pragma('page_size') * 1.1 <= free) database.exec('VACUUM');
}
