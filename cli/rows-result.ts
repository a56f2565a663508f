import { selected, selectFields } from '../lib/parameters/select.ts';
import { anyCsv } from './output/any-csv.ts';
import { anyRows, anyTable } from './output/any-table.ts';
import type { Presentation, RowsResult, ValueResult } from './output/result.ts';
import { properties, table } from './output/table.ts';

/**
 * A list as a result. Fields that were chosen are shown as they are, instead of the columns that a table has otherwise.
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

/** One thing as a result; in a table, its fields one a line. */
export function valueResult<Value extends object>(
  value: Value,
  select: readonly (keyof Value & string)[] | undefined,
  describe: (value: Value) => readonly (readonly [string, string])[],
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
