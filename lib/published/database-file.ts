import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DatabaseFile } from '../azure/store/databases.ts';
import type { DatabaseSource } from '../azure/store/open-store.ts';
import type { Latest } from '../azure/store/pointers.ts';
import { hasCode, InventoryError } from '../errors.ts';
import { isCutOff } from '../files/cut-off.ts';
import { writing } from '../files/file-errors.ts';

/** What else an instance keeps in its temporary folder. */
const spareBytes = 16 * 1024 * 1024;

/** A database by its blob's name, with the hash that its raw file must have. */
export interface NamedDatabase {
  readonly database: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Downloads a database and checks it. Nothing is left behind when it throws.
 * @param copies how many of its size must fit into the folder
 * @throws {InventoryError} `DatabaseTooLarge` before anything is written; `DatabaseDamaged`: missing, cut off, or another hash;
 *   `DiskFull`
 */
export async function fetchDatabase(
  source: DatabaseSource,
  named: NamedDatabase,
  path: string,
  signal: AbortSignal,
  copies = 1,
): Promise<void> {
  const { database, sizeBytes } = named;
  await checkSpace(`The database ${database} has ${sizeBytes} bytes`, sizeBytes * copies, path);
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      // a file that is not what latest.json says must not fill the disk
      done(bytes > named.sizeBytes ? damaged(named, 'it is longer than published') : null, chunk);
    },
  });
  try {
    const body = await source.databases.read(named.database, signal);
    await writing(database, dirname(path), () => pipeline(body, measure, createWriteStream(path), { signal }));
    if (bytes !== named.sizeBytes) throw damaged(named, `it has ${bytes} bytes instead of ${named.sizeBytes}`);
    if (hash.digest('hex') !== named.sha256) throw damaged(named, 'its sha256 is not the published one');
  } catch (error) {
    await rm(path, { force: true });
    signal.throwIfAborted();
    if (isCutOff(error)) throw damaged(named, 'it is cut off or not compressed');
    if (hasCode(error, 'DatabaseMissing')) throw damaged(named, 'it is not there');
    throw error;
  }
}

/** Size and hash of a database file. */
export async function describeFile(path: string, signal: AbortSignal): Promise<DatabaseFile> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  return { path, sizeBytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** Bytes free in the folder of a file. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path));
  return bavail * bsize;
}

/**
 * Before a database is written to a folder.
 * @param has the beginning of what is said where it does not fit
 * @param path of its file
 * @throws {InventoryError} `DatabaseTooLarge`
 */
export async function checkSpace(has: string, bytes: number, path: string): Promise<void> {
  const free = await freeBytes(path);
  if (bytes + spareBytes <= free) return;
  throw new InventoryError('DatabaseTooLarge', `${has}, and ${free} are free in the temporary folder`, {
    hint: 'Lower INVENTORY_RETENTION_DAYS, or split the inventory by INVENTORY_SUBSCRIPTIONS over several apps',
  });
}

/**
 * The newest publication cannot be used, so that nothing can be published after it: a run on the one before would lose what the
 * newest holds. People decide.
 * @param found what a download of it said
 */
export function publicationDamaged(latest: Latest, found: Error = damaged(latest, 'it is damaged')): InventoryError {
  const { database, previous, runId } = latest;
  const back =
    previous === null
      ? 'delete latest.json: the next run then begins a new history'
      : `write latest.json with database ${previous.database} and its sha256: the next run then goes on from there, without run ${runId}`;
  return new InventoryError('DatabaseDamaged', `${found.message}. Nothing was published`, {
    hint: `Restore ${database} (az storage blob undelete, or an earlier version of the blob); or ${back}`,
  });
}

function damaged({ database }: NamedDatabase, why: string): InventoryError {
  return new InventoryError('DatabaseDamaged', `The database ${database} cannot be used: ${why}`, {
    hint: `Restore ${database} (blob soft delete and versioning are on): az storage blob undelete`,
  });
}
