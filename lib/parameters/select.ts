/** Rows with the chosen fields only, in the order asked for; all of them where nothing was chosen. */
export function* selectFields<Row extends object>(
  rows: Iterable<Row>,
  fields: readonly (keyof Row & string)[] | undefined,
): Generator<object> {
  for (const row of rows) yield fields === undefined ? row : selected(row, fields);
}

/** One row with the chosen fields only. */
export function selected<Row extends object>(row: Row, fields: readonly (keyof Row & string)[] | undefined): object {
  return fields === undefined ? row : Object.fromEntries(fields.map((field) => [field, row[field]]));
}
