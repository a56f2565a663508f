import type { Database } from '../database.ts';
import { keep, whileOpen } from './while-open.ts';

/** What an open database keeps in memory in all. Columns and orders of 100,000 machines take 5 MB for each run. */
const limitBytes = 16 * 1024 * 1024;
/** Of a key and its entries in the maps. */
const entryBytes = 512;

interface Kept {
  readonly bytes: number;
  readonly drop: () => void;
}
/** The values of all kinds, the least recently used first. */
const allKept = whileOpen(() => new Map<string, Kept>());

/**
 * Keeps large values per open database. All kinds share 16 MB: the least recently used value leaves first. The last one
 * stays, even if it is larger.
 * @param kind differs for each kind of value
 */
export function keptArrays<Value>(
  kind: string,
  bytesOf: (value: Value) => number,
): (database: Database, key: string, make: () => Value) => Value {
  const valuesOf = whileOpen(() => new Map<string, Value>());
  return (database, key, make) => {
    const values = valuesOf(database);
    const all = allKept(database);
    const value = keep(values, key, make);
    const name = `${kind} ${key}`;
    all.delete(name);
    all.set(name, { bytes: bytesOf(value) + 2 * key.length + entryBytes, drop: () => values.delete(key) });
    let bytes = 0;
    for (const one of all.values()) bytes += one.bytes;
    for (const [oldest, one] of all) {
      if (bytes <= limitBytes || oldest === name) break;
      one.drop();
      all.delete(oldest);
      bytes -= one.bytes;
    }
    return value;
  };
}
