import { Database, openForReading } from '../database/database.ts';
import { text } from '../database/queries/row-values.ts';
import { tables, views } from '../database/schema.ts';
import { InventoryError } from '../errors.ts';

/** Several times a machine with all the tags that Azure allows, or the scope of a run over 50,000 subscriptions. */
const mostBytesOfAValue = 2 * 1024 * 1024;

/**
 * Opens the database of another deployment for reading. Its schema is SQL text from elsewhere, and views execute it, so
 * the views that a query uses must equal ours letter by letter. So must the columns, keys and indexes of the tables:
 * without one of them, a query that takes microseconds takes hours, and nothing can interrupt it. Nothing else of the
 * file is ever executed.
 * @param path a private copy
 * @throws {InventoryError} `NewerDatabase`, `OlderDatabase`, `NotAnInventory`, `DatabaseUnreadable`
 * @see https://www.sqlite.org/security.html#untrusted_sqlite_database_files
 */
export function openSource(path: string): Database {
  const database = openForReading(path, { length: mostBytesOfAValue });
  try {
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0');
    const differs = findDifference(definitionsIn(database));
    if (differs !== undefined) {
      throw new InventoryError(
        'NotAnInventory',
        `${path} is not an inventory database: ${differs} differs from what a run makes`,
      );
    }
    if (!isSound(database)) throw new InventoryError('NotAnInventory', `${path} is damaged`);
    const many = findTooMany(database);
    if (many !== undefined) {
      throw new InventoryError('NotAnInventory', `${path} has more than ${mostOfOne} rows of ${many} for one resource`);
    }
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (error instanceof InventoryError) throw error;
    throw new InventoryError('NotAnInventory', `${path} is not an inventory database: its content cannot be read`, {
      cause: error,
    });
  }
}

/** Whether pages are whole, and values have their columns' types. */
function isSound(database: Database): boolean {
  return database.prepare('PRAGMA quick_check(1)').get()?.quick_check === 'ok';
}

/** Rows of tables that are read at once for one resource. Azure allows some tens of each. */
const readAtOnce = {
  attachment: 'valid_to IS NULL GROUP BY machine',
  federated_credential: 'valid_to IS NULL GROUP BY identity',
  identity: 'resource_key IS NOT NULL GROUP BY resource_key',
};
const mostOfOne = 10_000;

/** @returns the table with more rows for one resource than memory should hold; undefined = there is none */
function findTooMany(database: Database): string | undefined {
  return Object.entries(readAtOnce).find(([table, rows]) => {
    const more = `SELECT 1 FROM ${table} WHERE ${rows} HAVING count(*) > ${mostOfOne} LIMIT 1`;
    return database.prepare(more).get() !== undefined;
  })?.[0];
}

/** A definition in `sqlite_schema`. */
interface Definition {
  readonly name: string;
  readonly type: string;
  readonly table: string;
  readonly sql: string;
}

/** The definitions in a file, without triggers, which never fire when nothing is written. */
function definitionsIn(database: Database): readonly Definition[] {
  return database
    .prepare("SELECT name, type, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger'")
    .all()
    .map((row) => {
      return { name: text(row, 'name'), type: text(row, 'type'), table: text(row, 'tbl_name'), sql: text(row, 'sql') };
    });
}

/** @returns the name of a definition that a run makes otherwise, or not at all; undefined = there is none */
function findDifference(definitions: readonly Definition[]): string | undefined {
  const shapes = expectedShapes();
  // No query reads other tables and views. Other indexes and the statistics of `ANALYZE` change how ours are executed.
  const relevant = definitions.filter(
    ({ name, type, table }) =>
      shapes.has(name) || (type === 'index' && shapes.has(table.toLowerCase())) || /^sqlite_stat/i.test(name),
  );
  const found = new Map(relevant.map((one) => [one.name, shapeOf(one)]));
  return [...shapes.keys(), ...found.keys()].find((name) => found.get(name) !== shapes.get(name));
}

/** Several times the longest that a run makes, in characters. */
const mostOfADefinition = 20_000;

/** Only comments and spaces may differ. A migration appends columns, so the parts of a table have no order. */
function shapeOf({ type, sql }: Definition): string {
  if (type === 'view' || sql.length > mostOfADefinition) return sql;
  const plain = sql.replaceAll(/--[^\n]*/g, '').replaceAll(/\s+/g, ' ');
  if (type === 'index') return plain;
  const [open, close] = [plain.indexOf('('), plain.lastIndexOf(')')];
  // A comma in parentheses separates no parts.
  const parts = plain.slice(open + 1, close).split(/,(?![^(]*\))/);
  const sorted = parts.map((part) => part.trim()).sort();
  return [plain.slice(0, open).trim(), ...sorted, plain.slice(close)].join('\n');
}

let expected: ReadonlyMap<string, string> | null = null;

function expectedShapes(): ReadonlyMap<string, string> {
  if (expected !== null) return expected;
  using fresh = new Database(':memory:');
  fresh.exec(`${tables} ${views}`);
  expected = new Map(definitionsIn(fresh).map((one) => [one.name, shapeOf(one)]));
  return expected;
}
