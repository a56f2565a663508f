import type { Database } from '../database.ts';

/** Runs per open database whose answers are kept: the newest, and a few that people page through or look back at. */
const keptRuns = 4;

/**
 * Keeps one value per open database and drops it when the database is closed. A WeakMap alone would never release a
 * value with a prepared statement: the statement holds its database from outside V8's heap, so the garbage collector
 * cannot see the cycle.
 */
export function whileOpen<Value>(make: () => Value): (database: Database) => Value {
  const values = new WeakMap<Database, Value>();
  return (database) => {
    const known = values.get(database);
    if (known !== undefined) return known;
    const value = make();
    values.set(database, value);
    database.whenClosed(() => values.delete(database));
    return value;
  };
}

/**
 * Keeps the result of `read` per open database and run: later merges do not change the state at a run.
 * @param read its result is shared, so callers must not change it
 */
export function perRun<Value>(
  read: (database: Database, seq: number) => Value,
): (database: Database, seq: number) => Value {
  const runsOf = whileOpen(() => new Map<number, Value>());
  return (database, seq) => keep(runsOf(database), seq, () => read(database, seq), keptRuns);
}

/** The value of a key, made when it is missing. The oldest entry is dropped when there are more than `limit`. */
export function keep<Key, Value>(
  values: Map<Key, Value>,
  key: Key,
  make: () => Value,
  limit = Number.POSITIVE_INFINITY,
): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  const value = make();
  const [oldest] = values.keys();
  if (values.size >= limit && oldest !== undefined) values.delete(oldest);
  values.set(key, value);
  return value;
}
