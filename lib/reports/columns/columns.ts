/** What a cell of a report can hold. */
export type Cell = string | number | boolean | null;

/** The columns of a report by their headers, in order; a header's part before the first dot is a field of the shape. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;
