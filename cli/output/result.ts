import { selected, selectFields } from '../../lib/parameters/select.ts';
import { anyCsv, anyRows, anyTable } from './flatten.ts';
import { type Column, type Property, properties, table } from './table.ts';

/** What a command passes to the output. */
export type Result = RowsResult | ValueResult;

/** A list whose rows may be a stream: read once, and only as far as they are written. */
export interface RowsResult {
  readonly kind: 'rows';
  readonly items: Iterable<unknown>;
  /** True when the user chose the fields, so that their order matters. */
  readonly ordered: boolean;
  readonly table: (width: number | null) => Iterable<string>;
  readonly csv: () => Iterable<string>;
}

/** A single value. */
export interface ValueResult {
  readonly kind: 'value';
  readonly value: unknown;
  readonly csv: () => Iterable<string>;
  readonly table: (width: number | null) => Iterable<string>;
}

/** How a list is shown as a table and as CSV. */
export interface Presentation<Row> {
  readonly columns: readonly Column<Row>[];
  readonly csv: (rows: Iterable<Row>, select?: readonly string[]) => Iterable<string>;
}

/**
 * A list as a result. A table shows the columns of the presentation, or the fields that the user chose.
 * @param rows read once
 */
export function rowsResult<Row extends object>(
  rows: Iterable<Row>,
  select: readonly (keyof Row & string)[] | undefined,
  presentation: Presentation<Row>,
): RowsResult {
  return {
    kind: 'rows',
    items: selectFields(rows, select),
    ordered: select !== undefined,
    csv: () => presentation.csv(rows, select),
    table: (width) =>
      select === undefined ? table(presentation.columns, rows, width) : anyRows(selectFields(rows, select), width),
  };
}

/** A single value as a result; a table shows its fields one per line. */
export function valueResult<Value extends object>(
  value: Value,
  select: readonly (keyof Value & string)[] | undefined,
  describe: (value: Value) => readonly Property[],
  csv: () => Iterable<string> = () => anyCsv(value),
): ValueResult {
  const shown = selected(value, select);
  return {
    kind: 'value',
    value: shown,
    csv,
    table: (width) => (select === undefined ? properties(describe(value)) : anyTable(shown, width)),
  };
}
