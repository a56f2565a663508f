import type { SQLOutputValue } from 'node:sqlite';
import { isoTime } from './iso-time.ts';

/** A row as SQLite hands it out. */
export type SqlRow = Readonly<Record<string, SQLOutputValue>>;

/** @throws {TypeError} the column holds something else: the query and the schema disagree */
export function text(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new TypeError(`Column ${column} is ${typeof value}, not text`);
}

/** @throws {TypeError} the column holds neither text nor NULL */
export function textOrNull(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** @throws {TypeError} the column holds something else: the query and the schema disagree */
export function integer(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new TypeError(`Column ${column} is ${typeof value}, not an integer`);
}

/** @throws {TypeError} the column holds neither an integer nor NULL */
export function integerOrNull(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

/** A column of epoch milliseconds as ISO 8601 UTC. */
export function time(row: SqlRow, column: string): string {
  return isoTime(integer(row, column));
}

/** The value, or an error that names the table whose value no reader knows. */
export function oneOf<Value extends string>(known: readonly Value[], value: unknown, column: string): Value {
  for (const candidate of known) if (candidate === value) return candidate;
  throw new TypeError(`Column ${column} holds ${JSON.stringify(value)}, which is none of ${known.join(', ')}`);
}
