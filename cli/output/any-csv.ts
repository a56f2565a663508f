import { csvLines } from '../../lib/reports/csv-lines.ts';
import { fieldNames } from './any-table.ts';
import { flatten } from './flatten.ts';

/** CSV of whatever a query made: one row per item, nested fields flattened. */
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
