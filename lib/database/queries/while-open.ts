import type { Database } from '../database.ts';

/**
 * Keeps one value per open database, and lets go of it when the database is closed. A WeakMap alone would keep both for good as
 * soon as a prepared statement is part of the value: a statement holds its database from outside V8's heap, where the collector
 * cannot see that nothing else does.
 */
export function whileOpen<Value>(make: () => Value): (database: Database) => Value {
  const values = new WeakMap<Database, Value>();
  return (database) => {
    const found = values.get(database);
    if (found !== undefined) return found;
    const value = make();
    values.set(database, value);
    database.whenClosed(() => values.delete(database));
    return value;
  };
}
