import { DatabaseSync } from 'node:sqlite';
import { InventoryError } from '../errors.ts';
import { migrateFrom } from './migrations.ts';
import { schemaVersion, tables, views } from './schema.ts';

/** How long to wait for another process that writes to the file. */
const lockTimeoutMs = 5000;

/** Upper bounds. https://www.sqlite.org/limits.html */
interface Limits {
  /** Of one value, in bytes. */
  readonly length?: number;
}

/** An open inventory database. */
export class Database extends DatabaseSync {
  readonly #closing: (() => void)[] = [];

  /** Calls `forget` when the database is closed: a value that is kept for it and has a statement in it would never go by itself. */
  whenClosed(forget: () => void): void {
    this.#closing.push(forget);
  }

  override close(): void {
    for (const forget of this.#closing.splice(0)) forget();
    super.close();
  }
}

/**
 * Opens the inventory for writing: makes it when there is none, migrates an older one.
 * @throws {InventoryError} `NewerDatabase`, `NotAnInventory`, `DatabaseUnwritable`, `DatabaseBusy`
 */
export function openForWriting(path: string): Database {
  const database = create(path);
  try {
    migrate(database, path);
    // 8 MB: the rows of 200 subscriptions come in turns, and each has a page of its own in every index.
    database.exec('PRAGMA cache_size = -8000');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens an inventory for reading only.
 * @param limits of what a query may make of it; default: SQLite's own
 * @throws {InventoryError} `NewerDatabase`, `NotAnInventory`, `DatabaseUnreadable`
 */
export function openForReading(path: string, limits: Limits = {}): Database {
  const database = open(path, limits);
  try {
    const version = versionOf(database, path);
    if (version !== schemaVersion) throw wrongVersion(path, version);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens a copy that is ours alone and that nobody will write to. One of an older version is migrated first. The file stays locked
 * from the first reading on, instead of from statement to statement (seven system calls each time, 10 of the 13 microseconds of a
 * short one).
 * @throws {InventoryError} as `openForWriting`
 */
export function openPrivateCopy(path: string): Database {
  openForWriting(path).close();
  const database = openForReading(path);
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  return database;
}

function create(path: string): Database {
  try {
    // Every number comes from the merge's own dictionaries; checking each of them again takes a sixth of a merge.
    return new Database(path, { enableForeignKeyConstraints: false, timeout: lockTimeoutMs });
  } catch (cause) {
    throw new InventoryError('DatabaseUnwritable', `The database ${path} cannot be written: ${messageOf(cause)}`, {
      hint: 'It must be a file that may be written to, in a folder that exists',
      cause,
    });
  }
}

function open(path: string, limits: Limits): Database {
  try {
    return new Database(path, { readOnly: true, timeout: lockTimeoutMs, limits });
  } catch (cause) {
    throw new InventoryError('DatabaseUnreadable', `The database ${path} cannot be opened: ${messageOf(cause)}`, {
      hint: 'Run: vm-identities collect',
      cause,
    });
  }
}

function migrate(database: Database, path: string): void {
  const version = versionOf(database, path);
  if (version > schemaVersion) throw wrongVersion(path, version);
  if (version === schemaVersion) return;
  database.exec('PRAGMA page_size = 8192');
  beginTransaction(database);
  // Looked at again, now that nobody else can write: another program may have made it in the meantime.
  const found = versionOf(database, path);
  if (found === 0) makeTables(database, path);
  else if (found < schemaVersion) migrateFrom(database, found);
  database.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`);
}

function makeTables(database: Database, path: string): void {
  const known = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get();
  if (known?.count !== 0) throw new InventoryError('NotAnInventory', `${path} is an SQLite file, but no inventory`);
  database.exec(`${tables} ${views}`);
}

function versionOf(database: Database, path: string): number {
  try {
    database.exec('SELECT 1 FROM sqlite_schema'); // the header alone can be whole
    return Number(database.prepare('PRAGMA user_version').get()?.user_version);
  } catch (cause) {
    if (isBusy(cause)) throw busyDatabase(path, cause);
    throw new InventoryError('NotAnInventory', `${path} is no SQLite database: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Begins to write.
 * @throws {InventoryError} `DatabaseBusy`: another program is writing to it
 */
export function beginTransaction(database: Database): void {
  try {
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    throw isBusy(error) ? busyDatabase(database.location() ?? 'in memory', error) : error;
  }
}

/**
 * Makes what was written last. Readers hold it up: a list that is open in a pager, say.
 * @throws {InventoryError} `DatabaseBusy`: another program is reading it. Nothing is lost yet: this may be called again.
 * @see https://www.sqlite.org/lockingv3.html
 */
export function commitTransaction(database: Database): void {
  try {
    database.exec('COMMIT');
  } catch (error) {
    if (!isBusy(error)) throw error;
    const path = database.location() ?? 'in memory';
    throw new InventoryError(
      'DatabaseBusy',
      `Another program is reading the database ${path}, so nothing can be saved`,
      {
        hint: 'End what shows a part of it (a list in a pager, a browser for SQLite files), then try again',
        cause: error,
      },
    );
  }
}

/** https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function busyDatabase(path: string, cause: unknown): InventoryError {
  return new InventoryError('DatabaseBusy', `Another program is writing to the database ${path}`, {
    hint: 'Wait until its run has ended, then try again',
    cause,
  });
}

function wrongVersion(path: string, version: number): InventoryError {
  if (version === 0) return new InventoryError('NotAnInventory', `${path} is no inventory database`);
  return new InventoryError(
    version > schemaVersion ? 'NewerDatabase' : 'OlderDatabase',
    `${path} has schema version ${version}; this vm-identities reads version ${schemaVersion}`,
    {
      hint: version > schemaVersion ? 'Use a newer vm-identities' : 'Run: vm-identities collect (it migrates the file)',
    },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
