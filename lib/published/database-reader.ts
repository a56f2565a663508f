import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type SharedFlight, startSharedFlight } from '../async/shared-flight.ts';
import { withTimeout } from '../async/with-timeout.ts';
import type { DatabaseSource } from '../azure/store/open-store.ts';
import type { Latest, PublishedPointer } from '../azure/store/pointers.ts';
import { noAnswerCodes } from '../azure/store/storage-error.ts';
import { type Database, openPrivateCopy } from '../database/database.ts';
import { hasCode, InventoryError, type Reason, toReason } from '../errors.ts';
import { fetchNewestUsable } from './database-file.ts';

/** How far an answer may lag behind the newest publication. */
const checkEveryMs = 3_000;
/** How long before a newest publication that cannot be used is fetched again. */
const checkUnusableEveryMs = 60_000;
/** How long an answer waits for a newer publication if an older one is open. */
const patienceMs = 10_000;
/** They say nothing about the content of the newest publication. */
const storageIsDown = [...noAnswerCodes, 'StorageFailed'] as const;

/** The published inventory, open for reading. Dispose it after the last row: its last user removes an older file. */
export interface CurrentDatabase extends Disposable {
  readonly database: Database;
  /** The raw file. */
  readonly path: string;
  /** The content of `latest.json`: the newest publication, even if this database is the previous one. */
  readonly latest: Latest;
  /** ETag of `latest.json`; each publication has its own. */
  readonly etag: string;
  /** The newest cannot be used and this is an older one: no answer is complete. */
  readonly damaged: boolean;
}

export interface DatabaseReader {
  /**
   * For answers: the newest publication, or the open one while storage is down or slow.
   * @throws {InventoryError} `InventoryNotReady` before the first publication; `DatabaseDamaged` if the previous one
   *   cannot be used either; `DatabaseTooLarge`; the store's own
   */
  current(signal: AbortSignal): Promise<CurrentDatabase>;
  /**
   * For the steps of a run. Never older than the publication that is newest at the time of the call.
   * @throws {InventoryError} as `current`; also if storage cannot say which is the newest
   */
  newest(signal: AbortSignal): Promise<CurrentDatabase>;
  /** Makes the next caller look for a new publication at once. */
  expire(): void;
  /** Closes and removes every file, even those in use. */
  close(): Promise<void>;
}

/** As `reader.newest`; null before the first publication. */
export async function newestOrNull(reader: DatabaseReader, signal: AbortSignal): Promise<CurrentDatabase | null> {
  try {
    return await reader.newest(signal);
  } catch (error) {
    if (hasCode(error, 'InventoryNotReady')) return null;
    throw error;
  }
}

/** A downloaded database that any number of users share. */
interface OpenFile extends Omit<CurrentDatabase, typeof Symbol.dispose | 'damaged'> {
  damaged: boolean;
  users: number;
  retired: boolean;
}

interface Flight extends SharedFlight<OpenFile> {
  readonly number: number;
  readonly startedAt: number;
}

/**
 * Keeps the newest published database open. Callers share one download per ETag of `latest.json`, which is read every
 * few seconds at most. While storage is down, the open database keeps serving.
 * @param folder for the files; made when missing
 * @param warn called when the newest publication cannot be used and the previous one keeps serving, and when a file
 *   cannot be removed
 */
export function createDatabaseReader(
  source: DatabaseSource,
  folder: string,
  warn: (reason: Reason) => void,
): DatabaseReader {
  let open: OpenFile | null = null;
  let openedBy = 0;
  let checkAt = Number.NEGATIVE_INFINITY;
  let flight: Flight | null = null;
  let flights = 0;
  const files = keepOpenFiles(warn);

  async function refresh(number: number, signal: AbortSignal): Promise<OpenFile> {
    const found = await source.latest.read(signal);
    if (found === null) {
      throw new InventoryError('InventoryNotReady', `There is no inventory in ${source.url} yet`, {
        hint: 'The first run makes it: POST /api/runs starts one',
      });
    }
    if (open?.etag === found.etag) return open;
    try {
      return adopt(await fetchNewest(found, number, signal), number);
    } catch (error) {
      signal.throwIfAborted();
      if (open !== null && !hasCode(error, ...storageIsDown)) {
        open.damaged = true;
        checkAt = performance.now() + checkUnusableEveryMs;
        warn(toReason(error));
      }
      throw error;
    }
  }

  async function fetchNewest(found: PublishedPointer, number: number, signal: AbortSignal): Promise<OpenFile> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${found.latest.runId}-${process.pid}-${number}.sqlite`);
    const damaged = (await fetchNewestUsable(source, found.latest, path, signal)) !== null;
    return files.open(found, path, damaged);
  }

  /** @returns the newer of the two: a later look at the pointer may have finished first */
  function adopt(next: OpenFile, number: number): OpenFile {
    const before = open;
    if (before !== null && number < openedBy) {
      files.retire(next);
      return before;
    }
    open = next;
    openedBy = number;
    if (before !== null) files.retire(before);
    return next;
  }

  /** Joins the current look at the pointer, or starts one. */
  function look(): Flight {
    if (flight !== null && !flight.abandoned) return flight;
    flights += 1;
    const number = flights;
    const shared = startSharedFlight(async (signal) => {
      const due = checkAt;
      try {
        return await refresh(number, signal);
      } finally {
        if (flight?.number === number) {
          flight = null;
          if (checkAt === due) checkAt = performance.now() + checkEveryMs;
        }
      }
    });
    flight = Object.assign(shared, { number, startedAt: performance.now() });
    return flight;
  }

  async function openOrNewer(signal: AbortSignal): Promise<OpenFile> {
    if (open === null) return look().join(signal);
    if (performance.now() < checkAt) return open;
    const looking = look();
    const leftMs = Math.max(0, looking.startedAt + patienceMs - performance.now());
    try {
      return (await withTimeout<OpenFile | null>(looking.join(signal), leftMs, signal, () => null)) ?? open;
    } catch {
      signal.throwIfAborted();
      return open;
    }
  }

  function lease(file: OpenFile): CurrentDatabase {
    // A newer file may have retired this one before the caller resumed.
    return files.lease(file.retired && open !== null ? open : file);
  }

  function expire(): void {
    checkAt = Number.NEGATIVE_INFINITY;
    // A look that has already begun may have read the pointer too early.
    flight = null;
  }

  return {
    async current(signal) {
      return lease(await openOrNewer(signal));
    },
    async newest(signal) {
      expire();
      return lease(await look().join(signal));
    },
    expire,
    async close() {
      open = null;
      await files.close();
    },
  };
}

/** Keeps downloaded databases open until their last user is done. @param warn called when a file cannot be removed */
function keepOpenFiles(warn: (reason: Reason) => void) {
  const all = new Set<OpenFile>();

  async function discard(file: OpenFile): Promise<void> {
    if (!all.delete(file)) return;
    file.database.close();
    await rm(file.path, { force: true });
  }

  function discardUnused(file: OpenFile): void {
    if (file.retired && file.users === 0) discard(file).catch((error: unknown) => warn(toReason(error)));
  }

  return {
    /** Opens a private file. Removes it on failure, because every caller tries again. */
    async open(found: PublishedPointer, path: string, damaged: boolean): Promise<OpenFile> {
      const file = { ...found, path, damaged, database: await openCopy(path), users: 0, retired: false };
      all.add(file);
      return file;
    },
    lease(file: OpenFile): CurrentDatabase {
      file.users += 1;
      let released = false;
      const { database, path, latest, etag, damaged } = file;
      const release = (): void => {
        if (released) return;
        released = true;
        file.users -= 1;
        discardUnused(file);
      };
      return { database, path, latest, etag, damaged, [Symbol.dispose]: release };
    },
    /** A newer file replaces this one: its last user closes and removes it. */
    retire(file: OpenFile): void {
      file.retired = true;
      discardUnused(file);
    },
    /** Closes and removes every file, even those in use. */
    async close(): Promise<void> {
      await Promise.all([...all].map(discard));
    },
  };
}

async function openCopy(path: string): Promise<Database> {
  try {
    return openPrivateCopy(path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
