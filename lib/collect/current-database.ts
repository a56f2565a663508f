import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type SharedFlight, startSharedFlight } from '../azure/shared-flight.ts';
import type { DatabaseSource, Latest } from '../azure/store/inventory-store.ts';
import { type Database, openPrivateCopy } from '../database/database.ts';
import { InventoryError } from '../errors.ts';
import { fetchNewestUsable } from './fetch-newest.ts';

/** How long an answer may be behind the newest publication. */
const checkEveryMs = 3_000;

/** The published inventory, open for reading until `release`. */
export interface CurrentDatabase {
  readonly database: Database;
  /** The raw file. */
  readonly path: string;
  /** What `latest.json` says: of the newest publication, also where this is the one before. */
  readonly latest: Latest;
  /** Of `latest.json`: another publication, another value. */
  readonly etag: string;
  /** The newest file could not be used and this is the one before: no answer is complete. */
  readonly damaged: boolean;
  /** To be called once, when the last row is read: a newer publication closes and removes the file after its last user. */
  release(): void;
}

export interface DatabaseReader {
  /**
   * @throws {InventoryError} `InventoryNotReady` before the first publication; `DatabaseDamaged` when the one before cannot be
   *   used either; `DatabaseTooLarge`; the store's own
   */
  current(signal: AbortSignal): Promise<CurrentDatabase>;
  /** There may be a new publication: the next caller asks for it, however short ago the last one did. */
  expire(): void;
  /** Closes and removes everything, in use or not. */
  close(): Promise<void>;
}

interface OpenFile extends Omit<CurrentDatabase, 'release' | 'damaged'> {
  damaged: boolean;
  users: number;
  retired: boolean;
}

/**
 * Keeps the newest published database open: one download per ETag of `latest.json` however many callers wait for it, which is
 * asked for every few seconds at most. While storage is away, the one at hand serves on.
 * @param folder for the files; made when missing
 */
export function createDatabaseReader(source: DatabaseSource, folder: string): DatabaseReader {
  let open: OpenFile | null = null;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let flight: SharedFlight<OpenFile> | null = null;
  let files = 0;
  const all = new Set<OpenFile>();

  async function refresh(signal: AbortSignal): Promise<OpenFile> {
    const found = await source.latest.read(signal);
    if (found === null) {
      throw new InventoryError('InventoryNotReady', `There is no inventory in ${source.url} yet`, {
        hint: 'It is there after the first run: POST /api/runs starts one',
      });
    }
    if (open?.etag === found.etag) return open;
    await mkdir(folder, { recursive: true });
    files += 1;
    const path = join(folder, `${found.latest.runId}-${process.pid}-${files}.sqlite`);
    const damaged = (await fetchNewestUsable(source, found.latest, path, signal)) !== null;
    const next: OpenFile = { ...found, path, damaged, database: await openCopy(path), users: 0, retired: false };
    all.add(next);
    const before = open;
    open = next;
    if (before !== null) retire(before);
    return next;
  }

  function retire(file: OpenFile): void {
    file.retired = true;
    if (file.users === 0) void discard(file);
  }

  async function discard(file: OpenFile): Promise<void> {
    if (!all.delete(file)) return;
    file.database.close();
    await rm(file.path, { force: true });
  }

  function lease(file: OpenFile): CurrentDatabase {
    file.users += 1;
    let released = false;
    const { database, path, latest, etag, damaged } = file;
    return {
      database,
      path,
      latest,
      etag,
      damaged,
      release() {
        if (released) return;
        released = true;
        file.users -= 1;
        if (file.retired && file.users === 0) void discard(file);
      },
    };
  }

  async function newest(signal: AbortSignal): Promise<OpenFile> {
    if (open !== null && performance.now() - checkedAt < checkEveryMs) return open;
    if (flight === null || flight.abandoned) {
      const started = startSharedFlight(async (both) => {
        try {
          return await refresh(both);
        } finally {
          checkedAt = performance.now();
          if (flight === started) flight = null;
        }
      });
      flight = started;
    }
    try {
      const file = await flight.join(signal);
      // one that came meanwhile may have retired it while this caller woke up
      return file.retired && open !== null ? open : file;
    } catch (error) {
      signal.throwIfAborted();
      if (open === null) throw error;
      // neither the newest nor the one it names: what is at hand is older than it says
      if (error instanceof InventoryError && error.code === 'DatabaseDamaged') open.damaged = true;
      return open;
    }
  }

  return {
    current: async (signal) => lease(await newest(signal)),
    expire() {
      checkedAt = Number.NEGATIVE_INFINITY;
    },
    async close() {
      open = null;
      await Promise.all([...all].map(discard));
    },
  };
}

/** Leaves no file behind when it throws: this is tried again by every caller. */
async function openCopy(path: string): Promise<Database> {
  try {
    return openPrivateCopy(path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
