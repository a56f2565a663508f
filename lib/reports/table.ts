/** The content of a cell. */
export type Cell = string | number | boolean | null;

/** The columns of a report by header, in order. The part of a header before the first dot is a field of the shape. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

/** Columns that show fields unchanged. */
export function fields<Name extends string>(...names: readonly Name[]): Columns<Readonly<Record<Name, Cell>>> {
  return Object.fromEntries(names.map((name) => [name, (row: Readonly<Record<Name, Cell>>) => row[name]]));
}

/** Rows of any kind as cells below headers. */
export interface Table {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: () => Iterable<readonly Cell[]>;
}

/** @param rows called each time the table is read */
export function tableOf<Row>(name: string, columns: Columns<Row>, rows: () => Iterable<Row>): Table {
  const cells = Object.values(columns);
  return {
    name,
    header: Object.keys(columns),
    *rows() {
      for (const row of rows()) yield cells.map((cell) => cell(row));
    },
  };
}
