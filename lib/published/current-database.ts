import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SharedFlight, startSharedFlight } from '../async/shared-flight.ts';
import type { DatabaseSource } from '../azure/store/open-store.ts';
import type { PublishedPointer } from '../azure/store/pointers.ts';
import { hasCode, InventoryError, type Reason, toReason } from '../errors.ts';
import { fetchNewestUsable } from './fetch-newest.ts';
import { type CurrentDatabase, keepOpenFiles, type OpenFile } from './open-files.ts';

/** How long an answer may be behind the newest publication. */
const checkEveryMs = 3_000;
/** One that is there and cannot be used is not fetched again sooner. */
const checkUnusableEveryMs = 60_000;
/** How long answers wait for a newer publication while there is one to answer from. */
const patienceMs = 10_000;
/** Storage is away: that says nothing of what it holds. */
const away = ['StorageUnavailable', 'StorageUnreachable', 'StorageFailed'] as const;

export interface DatabaseReader {
  /**
   * For answers: the newest, or the one at hand while storage is away or takes long.
   * @throws {InventoryError} `InventoryNotReady` before the first publication; `DatabaseDamaged` when the one before cannot be
   *   used either; `DatabaseTooLarge`; the store's own
   */
  current(signal: AbortSignal): Promise<CurrentDatabase>;
  /**
   * For the steps of a run: what is the newest at this moment or later.
   * @throws {InventoryError} as `current`; also when storage cannot say which is the newest
   */
  newest(signal: AbortSignal): Promise<CurrentDatabase>;
  /** There may be a new publication: the next caller asks for it, however short ago the last one did. */
  expire(): void;
  /** Closes and removes everything, in use or not. */
  close(): Promise<void>;
}

interface Flight extends SharedFlight<OpenFile> {
  readonly number: number;
  readonly startedAt: number;
}

/**
 * Keeps the newest published database open: one download per ETag of `latest.json` however many callers wait for it, which is
 * asked for every few seconds at most. While storage is away, the one at hand serves on.
 * @param folder for the files; made when missing
 * @param warn told of a newest publication that cannot be used while the one before serves on, and of a file that stays behind
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
        hint: 'It is there after the first run: POST /api/runs starts one',
      });
    }
    if (open?.etag === found.etag) return open;
    try {
      return adopt(await fetchNewest(found, number, signal), number);
    } catch (error) {
      signal.throwIfAborted();
      if (open !== null && !hasCode(error, ...away)) {
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

  /** @returns the newer one, where a later look at the pointer came home first */
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

  /** The look at the pointer that is under way, or a new one. */
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

  /** What a look finds; null when it takes longer than answers wait. */
  async function patiently(looking: Flight, signal: AbortSignal): Promise<OpenFile | null> {
    const arrived = new AbortController();
    const left = looking.startedAt + patienceMs - performance.now();
    const enough = sleep(Math.max(0, left), null, { signal: arrived.signal });
    enough.catch(() => undefined); // cut short below
    try {
      return await Promise.race([looking.join(signal), enough]);
    } finally {
      arrived.abort();
    }
  }

  async function atHand(signal: AbortSignal): Promise<OpenFile> {
    if (open === null) return look().join(signal);
    if (performance.now() < checkAt) return open;
    try {
      return (await patiently(look(), signal)) ?? open;
    } catch {
      signal.throwIfAborted();
      return open;
    }
  }

  function lease(file: OpenFile): CurrentDatabase {
    // one that came meanwhile may have retired it while the caller woke up
    return files.lease(file.retired && open !== null ? open : file);
  }

  function expire(): void {
    checkAt = Number.NEGATIVE_INFINITY;
    // one that is under way may have looked too early
    flight = null;
  }

  return {
    async current(signal) {
      return lease(await atHand(signal));
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
