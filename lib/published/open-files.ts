import { rm } from 'node:fs/promises';
import type { Latest, PublishedPointer } from '../azure/store/pointers.ts';
import { type Database, openPrivateCopy } from '../database/database.ts';
import { type Reason, toReason } from '../errors.ts';

/** The published inventory, open for reading. Dispose it after the last row: a newer publication closes and removes the file after its last user. */
export interface CurrentDatabase extends Disposable {
  readonly database: Database;
  /** The raw file. */
  readonly path: string;
  /** What `latest.json` says: of the newest publication, also where this is the one before. */
  readonly latest: Latest;
  /** Of `latest.json`: another publication, another value. */
  readonly etag: string;
  /** The newest cannot be used, and this is one before: no answer is complete. */
  readonly damaged: boolean;
}

/** A downloaded database, open for any number of users. */
export interface OpenFile extends Omit<CurrentDatabase, typeof Symbol.dispose | 'damaged'> {
  damaged: boolean;
  users: number;
  retired: boolean;
}

export interface OpenFiles {
  /** Opens a file that is ours alone. It is removed when that fails: this is tried again by every caller. */
  open(found: PublishedPointer, path: string, damaged: boolean): Promise<OpenFile>;
  lease(file: OpenFile): CurrentDatabase;
  /** There is a newer one: it is closed and removed after its last user. */
  retire(file: OpenFile): void;
  /** Closes and removes all, in use or not. */
  close(): Promise<void>;
}

/** @param warn told of a file that stays behind */
export function keepOpenFiles(warn: (reason: Reason) => void): OpenFiles {
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
    async open(found, path, damaged) {
      const file = { ...found, path, damaged, database: await openCopy(path), users: 0, retired: false };
      all.add(file);
      return file;
    },
    lease(file) {
      file.users += 1;
      let released = false;
      const { database, path, latest, etag, damaged } = file;
      return {
        database,
        path,
        latest,
        etag,
        damaged,
        [Symbol.dispose]() {
          if (released) return;
          released = true;
          file.users -= 1;
          discardUnused(file);
        },
      };
    },
    retire(file) {
      file.retired = true;
      discardUnused(file);
    },
    async close() {
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
