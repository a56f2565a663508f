import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseFile } from '../azure/store/databases.ts';
import type { PublishedInventory } from '../azure/store/open-store.ts';
import type { Latest } from '../azure/store/pointers.ts';
import { type Database, openForWriting } from '../database/database.ts';
import { resolveAsOf } from '../database/queries/as-of.ts';
import { getRun } from '../database/queries/runs.ts';
import { hasCode, InventoryError } from '../errors.ts';
import { writing } from '../files/file-errors.ts';
import type { Run } from '../inventory/run.ts';
import { checkSpace, describeFile, fetchDatabase, freeBytes, publicationDamaged } from './database-file.ts';

/** Runs in other apps on the same container may publish as often as we do; more rounds than this mean something else is wrong. */
const mostRounds = 10;
/** A file with more free pages than this share is worth rewriting. */
const wastedShare = 0.2;
/** What the present of one takes at the least, without any history. */
const bytesPerMachine = 350;

/** A new state of the published inventory: what makes it, and what may still stop it. */
export interface Republication {
  readonly store: PublishedInventory;
  /** Of the run that the change is recorded as. */
  readonly runId: string;
  /** That the inventory will hold, as far as is known beforehand: all of it must fit into the folder. */
  readonly machines: number;
  /** Changes a throw-away copy of the newest database (an empty one before the first run); called again when the pointer moved. */
  readonly change: (database: Database) => Promise<Run>;
  /** Asked just before the pointer moves. @throws to leave everything as it was */
  readonly mayPublish: () => Promise<void>;
  /** For throw-away files; made when missing. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called after each part of the work: it is alive. */
  readonly onProgress: () => void;
  /** Called with the file of the newest publication once the change is in it. */
  readonly afterwards: (path: string, latest: Latest) => Promise<void>;
}

/**
 * Changes a copy of the newest database, uploads it under a new name and moves `latest.json` to it. When the pointer has moved
 * meanwhile, it starts again from the new database. A run that is published already is not made again.
 * @throws {InventoryError} `DatabaseDamaged`, `DatabaseTooLarge` before anything is written, `DiskFull`, `PointerContended`; the store's own; what `change` throws
 */
export async function republish(request: Republication): Promise<Run> {
  const { store, runId, folder, signal } = request;
  await mkdir(folder, { recursive: true });
  const path = join(folder, `publish-${runId}.sqlite`);
  try {
    for (let round = 0; round < mostRounds; round++) {
      const published = await writing('the inventory', folder, () => publishOnce(request, path));
      if (published !== null) {
        await request.afterwards(path, published.latest);
        return published.run;
      }
      signal.throwIfAborted();
    }
    throw new InventoryError('PointerContended', `latest.json in ${store.url} keeps being moved by others`, {
      hint: 'Give each app a container of its own (INVENTORY_CONTAINER)',
    });
  } finally {
    await rm(path, { force: true });
  }
}

/** @returns null when the pointer moved meanwhile */
async function publishOnce(request: Republication, path: string): Promise<{ run: Run; latest: Latest } | null> {
  const { store, runId, signal } = request;
  await rm(path, { force: true });
  const base = await store.latest.read(signal);
  const leastBytes = request.machines * bytesPerMachine;
  await checkSpace(`An inventory of ${request.machines} machines takes ${leastBytes} bytes or more`, leastBytes, path);
  if (base !== null) await fetchNewest(request, base.latest, path);
  const database = openForWriting(path);
  let run: Run;
  let seq: number;
  try {
    const merged = getRun(database, runId);
    if (merged !== null && base !== null) return { run: merged, latest: base.latest };
    // the copy is thrown away when anything fails, so it needs no journal and no waiting for the disk
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    run = await request.change(database);
    seq = resolveAsOf(database, runId).seq;
    await vacuum(database, path, base === null);
  } finally {
    database.close();
  }
  request.onProgress();
  const file = await describeFile(path, signal);
  const name = await store.databases.write(runId, file, signal);
  request.onProgress();
  await request.mayPublish();
  const latest = pointerTo(run, seq, name, file, base?.latest ?? null);
  return (await store.latest.move(latest, base?.etag ?? null, signal)) ? { run, latest } : null;
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

async function fetchNewest({ store, signal }: Republication, latest: Latest, path: string): Promise<void> {
  try {
    await fetchDatabase(store, latest, path, signal);
  } catch (error) {
    if (!hasCode(error, 'DatabaseDamaged')) throw error;
    throw publicationDamaged(latest, error);
  }
}

/** Rewrites the file where that pays: after the first run (rows came in no order), and when much of it is free. Needs its size once more. */
async function vacuum(database: Database, path: string, first: boolean): Promise<void> {
  const pragma = (name: string): number => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const pages = pragma('page_count');
  if (!first && pragma('freelist_count') / pages < wastedShare) return;
  if (pages * pragma('page_size') * 1.1 > (await freeBytes(path))) return;
  database.exec('VACUUM');
}
