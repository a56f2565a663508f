import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { InventoryError } from '../errors.ts';
import { fold } from '../inventory/names/fold.ts';
import { migrateFrom, schemaVersion } from './migrations.ts';
import { tables, views } from './schema.ts';

/** How long to wait for another process that writes to the file. */
const lockTimeoutMs = 5000;

/** An open inventory database. Its statements can call `fold(text)` of lib/inventory/names/fold.ts; NULL stays NULL. */
export class Database extends DatabaseSync {
  readonly #closing: (() => void)[] = [];

  constructor(...opened: ConstructorParameters<typeof DatabaseSync>) {
    super(...opened);
    const foldText = (text: SQLOutputValue): string | null => (typeof text === 'string' ? fold(text) : null);
    this.function('fold', { deterministic: true, directOnly: true }, foldText);
  }

  /** Calls `forget` on close: a cached value that holds a statement keeps the database in memory. */
  whenClosed(forget: () => void): void {
    this.#closing.push(forget);
  }

  override close(): void {
    for (const forget of this.#closing.splice(0)) forget();
    super.close();
  }

  /** Node's own would not call `close` of this class. */
  override [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens the inventory for writing. Creates it if there is none, migrates an older one.
 * @throws {InventoryError} `NewerDatabase`, `NotAnInventory`, `DatabaseUnwritable`, `DatabaseBusy`
 */
export function openForWriting(path: string): Database {
  const database = create(path);
  try {
    migrate(database, path);
    // 8 MB: the rows of 200 subscriptions arrive interleaved, and each has its own page in every index.
    database.exec('PRAGMA cache_size = -8000');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens an inventory for reading only.
 * @param limits upper bounds of SQLite: `length` of one value, in bytes (https://www.sqlite.org/limits.html)
 * @throws {InventoryError} `NewerDatabase`, `OlderDatabase`, `NotAnInventory`, `DatabaseUnreadable`
 */
export function openForReading(path: string, limits: { readonly length?: number } = {}): Database {
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
 * Opens a private copy that nothing else writes to. Migrates an older version first. Keeps the file locked from the
 * first read on: locking for each statement takes seven system calls, 10 of the 13 microseconds of a short statement.
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
    // All foreign keys come from the merge's own dictionaries. Checking them again takes a sixth of a merge.
    return new Database(path, { enableForeignKeyConstraints: false, timeout: lockTimeoutMs });
  } catch (cause) {
    throw new InventoryError('DatabaseUnwritable', `The database ${path} cannot be written: ${messageOf(cause)}`, {
      hint: 'Use a writable file in an existing folder',
      cause,
    });
  }
}

function open(path: string, limits: { readonly length?: number }): Database {
  try {
    return new Database(path, { readOnly: true, timeout: lockTimeoutMs, limits });
  } catch (cause) {
    throw new InventoryError('DatabaseUnreadable', `The database ${path} cannot be opened: ${messageOf(cause)}`, {
      hint: 'Check that you may read the file',
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
  // Reads the version again inside the transaction: another program may have created the tables meanwhile.
  const locked = versionOf(database, path);
  if (locked === 0) createTables(database, path);
  else if (locked < schemaVersion) migrateFrom(database, locked);
  database.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`);
}

function createTables(database: Database, path: string): void {
  const known = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get();
  if (known?.count !== 0) {
    throw new InventoryError('NotAnInventory', `${path} is an SQLite database, but not an inventory`);
  }
  database.exec(`${tables} ${views}`);
}

function versionOf(database: Database, path: string): number {
  try {
    // Reading user_version alone would accept a file in which only the header is intact.
    database.exec('SELECT 1 FROM sqlite_schema');
    return Number(database.prepare('PRAGMA user_version').get()?.user_version);
  } catch (cause) {
    if (isBusy(cause)) throw busyDatabase(path, cause);
    throw new InventoryError('NotAnInventory', `${path} is not an SQLite database`, { cause });
  }
}

/**
 * Begins a transaction that writes.
 * @throws {InventoryError} `DatabaseBusy`: another program is writing to the database
 */
export function beginTransaction(database: Database): void {
  try {
    database.exec('BEGIN IMMEDIATE');
  } catch (error) {
    throw isBusy(error) ? busyDatabase(locationOf(database), error) : error;
  }
}

/**
 * Commits the transaction. A reader blocks it, such as a list that is open in a pager.
 * @throws {InventoryError} `DatabaseBusy`: another program is reading the database. Call again: nothing is lost.
 * @see https://www.sqlite.org/lockingv3.html
 */
export function commitTransaction(database: Database): void {
  try {
    database.exec('COMMIT');
  } catch (cause) {
    if (!isBusy(cause)) throw cause;
    const message = `Another program is reading the database ${locationOf(database)}, so the run cannot be saved`;
    const hint = 'Close the program that reads it (a list in a pager, an SQLite browser), then try again';
    throw new InventoryError('DatabaseBusy', message, { hint, cause });
  }
}

function locationOf(database: Database): string {
  return database.location() ?? 'in memory';
}

/** https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}

function busyDatabase(path: string, cause: unknown): InventoryError {
  const hint = 'Wait until its run has ended, then try again';
  return new InventoryError('DatabaseBusy', `Another program is writing to the database ${path}`, { hint, cause });
}

function wrongVersion(path: string, version: number): InventoryError {
  if (version === 0) return new InventoryError('NotAnInventory', `${path} is not an inventory database`);
  const isNewer = version > schemaVersion;
  return new InventoryError(
    isNewer ? 'NewerDatabase' : 'OlderDatabase',
    `${path} has schema version ${version}; this vm-identities reads version ${schemaVersion}`,
    { hint: isNewer ? 'Use a newer vm-identities' : 'To migrate the file, run: vm-identities collect' },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
