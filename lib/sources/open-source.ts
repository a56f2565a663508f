import { Database, openForReading } from '../database/database.ts';
import { text } from '../database/queries/row-values.ts';
import { tables, views } from '../database/schema.ts';
import { InventoryError } from '../errors.ts';

/** About a thousand times a machine with all its tags. */
const mostBytesOfAValue = 32 * 1024 * 1024;

/**
 * The shape of each table and view. It ignores the order of columns, because a migration appends them, and indexes,
 * because they never change the rows of a query.
 */
const shapes = `SELECT l.name, l.type || ' ' || l.strict || ' ' || CASE l.type
    WHEN 'table' THEN (SELECT group_concat(x.name || ' ' || x.type || ' ' || x.hidden, ',' ORDER BY x.name) FROM pragma_table_xinfo(l.name) x)
    ELSE (SELECT s.sql FROM sqlite_schema s WHERE s.name = l.name) END AS shape
  FROM pragma_table_list l WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;

/**
 * Opens the database of another deployment for reading. Its schema is SQL text from elsewhere, and views execute it, so
 * the views that a query uses must equal ours letter by letter. Nothing else of the file is ever executed.
 * @param path a private copy
 * @throws {InventoryError} `NewerDatabase`, `OlderDatabase`, `NotAnInventory`, `DatabaseUnreadable`
 * @see https://www.sqlite.org/security.html#untrusted_sqlite_database_files
 */
export function openSource(path: string): Database {
  const database = openForReading(path, { length: mostBytesOfAValue });
  try {
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0');
    const found = shapesOf(database);
    for (const [name, shape] of expectedShapes()) {
      if (found.get(name) !== shape) {
        throw new InventoryError(
          'NotAnInventory',
          `${path} is not an inventory database: ${name} differs from what a run makes`,
        );
      }
    }
    if (!isSound(database)) throw new InventoryError('NotAnInventory', `${path} is damaged`);
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

/** Whether pages are whole, values have their columns' types, and JSON lists that are read later hold texts. */
function isSound(database: Database): boolean {
  if (database.prepare('PRAGMA quick_check(1)').get()?.quick_check !== 'ok') return false;
  const others = "SELECT 1 FROM federated_credential f, json_each(f.audiences) a WHERE a.type <> 'text' LIMIT 1";
  return database.prepare(others).get() === undefined;
}

function shapesOf(database: Database): ReadonlyMap<string, string> {
  const rows = database.prepare(shapes).all();
  return new Map(rows.map((row) => [text(row, 'name'), text(row, 'shape')]));
}

let expected: ReadonlyMap<string, string> | null = null;

function expectedShapes(): ReadonlyMap<string, string> {
  if (expected !== null) return expected;
  using fresh = new Database(':memory:');
  fresh.exec(`${tables} ${views}`);
  expected = shapesOf(fresh);
  return expected;
}
