import { rm } from 'node:fs/promises';
import type { Latest, PublishedPointer } from '../azure/store/pointers.ts';
import { type Database, openPrivateCopy } from '../database/database.ts';
import { type Reason, toReason } from '../errors.ts';

/** The published inventory, open for reading. Dispose it after the last row: the file of an older publication goes with its last user. */
export interface CurrentDatabase extends Disposable {
  readonly database: Database;
  /** The raw file. */
  readonly path: string;
  /** The content of `latest.json`: the newest publication, even if this database is the previous one. */
  readonly latest: Latest;
  /** Of `latest.json`; each publication has another one. */
  readonly etag: string;
  /** The newest cannot be used and this is an older one: no answer is complete. */
  readonly damaged: boolean;
}

/** A downloaded database that any number of users share. */
export interface OpenFile extends Omit<CurrentDatabase, typeof Symbol.dispose | 'damaged'> {
  damaged: boolean;
  users: number;
  retired: boolean;
}

export interface OpenFiles {
  /** Opens a private file. Removes it on failure, because every caller tries again. */
  open(found: PublishedPointer, path: string, damaged: boolean): Promise<OpenFile>;
  lease(file: OpenFile): CurrentDatabase;
  /** A newer file replaces this one: its last user closes and removes it. */
  retire(file: OpenFile): void;
  /** Closes and removes every file, even those in use. */
  close(): Promise<void>;
}

/** @param warn called when a file cannot be removed */
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
      const release = (): void => {
        if (released) return;
        released = true;
        file.users -= 1;
        discardUnused(file);
      };
      return { database, path, latest, etag, damaged, [Symbol.dispose]: release };
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
