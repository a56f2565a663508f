import * as v from 'valibot';
import { changeShape } from '../inventory/change.ts';
import { findingShape } from '../inventory/finding.ts';
import { principalRowShape } from '../inventory/principal.ts';

/** The fields that a query may select, by kind of row. Those of machines: `virtualMachineFields`. */
export const principalFields = v.keyof(principalRowShape).options;
export const changeFields = v.keyof(changeShape).options;
export const findingFields = v.keyof(findingShape).options;

/** Rows with only the selected fields, in the selected order; all fields where none are selected. */
export function* selectFields<Row extends object>(
  rows: Iterable<Row>,
  fields: readonly (keyof Row & string)[] | undefined,
): Generator<object> {
  for (const row of rows) yield fields === undefined ? row : selected(row, fields);
}

/** One row with only the selected fields. */
export function selected<Row extends object>(row: Row, fields: readonly (keyof Row & string)[] | undefined): object {
  return fields === undefined ? row : Object.fromEntries(fields.map((field) => [field, row[field]]));
}
