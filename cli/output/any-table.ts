import { flatten, isObject } from './flatten.ts';
import { gather } from './gather.ts';
import { type Column, properties, table } from './table.ts';

/** A table of whatever a query made: a column per field; lists and objects inside are flattened. */
export function anyTable(value: unknown, width: number | null): Iterable<string> {
  if (value === null) return [];
  if (isObject(value)) return properties([...flatten(value)]);
  return anyRows(Array.isArray(value) ? value : [value], width);
}

/** The same for a list whose items flow. */
export function* anyRows(items: Iterable<unknown>, width: number | null): Generator<string> {
  const rows = yield* gather(flattened(items));
  if (rows.length > 0) yield* table(columnsOf(rows), rows, width);
}

function* flattened(items: Iterable<unknown>): Generator<ReadonlyMap<string, string>> {
  for (const item of items) yield flatten(item);
}

/** Names of the fields of all rows, in the order in which they first come up. */
export function fieldNames(rows: readonly ReadonlyMap<string, string>[]): string[] {
  return [...new Set(rows.flatMap((row) => [...row.keys()]))];
}

function columnsOf(rows: readonly ReadonlyMap<string, string>[]): Column<ReadonlyMap<string, string>>[] {
  return fieldNames(rows).map((name, index) => ({
    header: name.slice(0, 1).toUpperCase() + name.slice(1),
    cell: (row) => row.get(name) ?? '',
    leastWidth: 8,
    rank: index,
  }));
}
