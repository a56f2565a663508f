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
import { compressionFault, namingFullDisk } from '../files/file-errors.ts';
import { shellWord } from '../inventory/commands/shell-word.ts';

/** Room for whatever else an instance keeps in its temporary folder. */
const spareBytes = 16 * 1024 * 1024;

/** A database by the name of its blob, with size and hash of the raw file. */
type NamedDatabase = Pick<Latest, 'database' | 'sha256' | 'sizeBytes'>;

/**
 * Downloads the newest database, or the previous one if the newest cannot be used.
 * @param copies how many files of its size must fit into the folder
 * @returns why it is the previous one; null = it is the newest
 * @throws {InventoryError} neither can be used; `DatabaseTooLarge`; the store's own
 */
export async function fetchNewestUsable(
  source: DatabaseSource,
  latest: Latest,
  path: string,
  signal: AbortSignal,
  copies = 1,
): Promise<InventoryError | null> {
  try {
    await fetchDatabase(source, latest, path, signal, copies);
    return null;
  } catch (error) {
    const { previous } = latest;
    if (!hasCode(error, 'DatabaseDamaged') || previous === null) throw error;
    const described = await source.databases.describe(previous.database, signal);
    if (described === null) throw error;
    await fetchDatabase(source, { ...previous, sizeBytes: described.sizeBytes }, path, signal, copies);
    return error;
  }
}

/**
 * Downloads a database and checks it. Leaves no file behind when it throws.
 * @param copies how many files of its size must fit into the folder
 * @throws {InventoryError} `DatabaseTooLarge` before it writes; `DatabaseDamaged`: missing, cut off, or another hash;
 *   `DiskFull`
 */
export async function fetchDatabase(
  source: DatabaseSource,
  named: NamedDatabase,
  path: string,
  signal: AbortSignal,
  copies = 1,
): Promise<void> {
  const { database, sizeBytes, sha256 } = named;
  await checkSpace(`The database ${database} has ${sizeBytes} bytes`, sizeBytes * copies, path);
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      // A file that differs from what latest.json says must not fill the disk.
      done(bytes > sizeBytes ? damaged(named, 'it is longer than published') : null, chunk);
    },
  });
  try {
    const body = await source.databases.read(database, signal);
    await namingFullDisk(database, dirname(path), () => pipeline(body, measure, createWriteStream(path), { signal }));
    if (bytes !== sizeBytes) throw damaged(named, `it has ${bytes} bytes instead of ${sizeBytes}`);
    if (hash.digest('hex') !== sha256) throw damaged(named, 'its sha256 differs from the published one');
  } catch (error) {
    await rm(path, { force: true });
    signal.throwIfAborted();
    const fault = compressionFault(error);
    if (fault !== null) throw damaged(named, fault);
    if (hasCode(error, 'DatabaseMissing')) throw damaged(named, 'the blob does not exist');
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

/** Free bytes in the folder of a file. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path));
  return bavail * bsize;
}

/**
 * Checks that a database fits before it is written.
 * @param need beginning of the message: what needs the space
 * @throws {InventoryError} `DatabaseTooLarge`
 */
export async function checkSpace(need: string, bytes: number, path: string): Promise<void> {
  const free = await freeBytes(path);
  if (bytes + spareBytes <= free) return;
  throw new InventoryError('DatabaseTooLarge', `${need}, but the temporary folder has only ${free} bytes free`, {
    hint: 'Lower INVENTORY_RETENTION_DAYS, or split the inventory by INVENTORY_SUBSCRIPTIONS over several apps',
  });
}

/**
 * The newest publication cannot be used, so no run may publish: a run based on the previous one would lose what the
 * newest holds. A person must decide.
 * @param cause what the download reported
 */
export function publicationDamaged(latest: Latest, cause: Error = damaged(latest, 'it is damaged')): InventoryError {
  const { database, previous, runId } = latest;
  const back =
    previous === null
      ? 'delete latest.json: the next run then starts a new history'
      : `write latest.json with database ${previous.database} and its sha256: the next run then continues from there, without run ${runId}`;
  return new InventoryError('DatabaseDamaged', `${cause.message}. Nothing was published`, {
    hint: `Restore the blob, or an earlier version of it; or ${back}. To restore it: ${undelete(database)}`,
  });
}

function damaged({ database }: NamedDatabase, why: string): InventoryError {
  return new InventoryError('DatabaseDamaged', `The database ${database} cannot be used: ${why}`, {
    hint: `Restore the blob (soft delete and versioning are on): ${undelete(database)}`,
  });
}

function undelete(database: string): string {
  return `az storage blob undelete --auth-mode login --account-name ACCOUNT --container-name CONTAINER --name ${shellWord(database)}`;
}
