import { csvLines } from '../../lib/reports/csv.ts';
import { gather } from './gather.ts';
import { type Column, properties, table } from './table.ts';

/**
 * A JSON value as a row of scalars. Nested fields get dotted names. Lists are joined by `;`, and so are the keys of an
 * object that is keyed by resource ids. A scalar has one column, `value`.
 */
export function flatten(value: unknown): Map<string, string> {
  const row = new Map<string, string>();
  if (isObject(value)) addFields(row, '', value);
  else if (Array.isArray(value)) for (const [at, item] of value.entries()) row.set(`column${at + 1}`, scalar(item));
  else row.set('value', scalar(value));
  return row;
}

function addFields(row: Map<string, string>, prefix: string, value: object): void {
  for (const [name, field] of Object.entries(value)) {
    if (isObject(field) && Object.keys(field).length > 0 && !isKeyedById(field))
      addFields(row, `${prefix}${name}.`, field);
    else row.set(prefix + name, scalar(field));
  }
}

/** One value as text: empty for null and for an empty object, JSON for a list of objects. */
function scalar(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(scalar).join(';');
  if (isObject(value) && isKeyedById(value)) return Object.keys(value).join(';');
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
  return String(value);
}

function isKeyedById(value: object): boolean {
  return Object.keys(value)[0]?.startsWith('/') === true;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A table of any JSON value: a column per field; lists and objects inside are flattened. */
export function anyTable(value: unknown, width: number | null): Iterable<string> {
  if (value === null) return [];
  if (isObject(value)) return properties([...flatten(value)]);
  return anyRows(Array.isArray(value) ? value : [value], width);
}

/** The same for a stream of items. */
export function* anyRows(items: Iterable<unknown>, width: number | null): Generator<string> {
  const rows = yield* gather(flattened(items));
  if (rows.length > 0) yield* table(columnsOf(rows), rows, width);
}

function* flattened(items: Iterable<unknown>): Generator<ReadonlyMap<string, string>> {
  for (const item of items) yield flatten(item);
}

/** Names of the fields of all rows, in the order of their first appearance. */
function fieldNames(rows: readonly ReadonlyMap<string, string>[]): string[] {
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

/** CSV of any JSON value: one row per item, nested fields flattened. */
export function anyCsv(value: unknown): Iterable<string> {
  if (value === null) return [];
  const rows = (Array.isArray(value) ? value : [value]).map(flatten);
  if (rows.length === 0) return [];
  const names = fieldNames(rows);
  return csvLines(
    names,
    rows.map((row) => names.map((name) => row.get(name) ?? '')),
  );
}
