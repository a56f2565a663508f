import type { Cell, Columns } from './columns/columns.ts';

/** Rows of any kind as cells under headers. */
export interface Table {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: () => Iterable<readonly Cell[]>;
}

/** @param rows is asked each time the table is read */
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
