import type { Column } from './table.ts';

/** What a command hands to the output. */
export type Result = RowsResult | ValueResult;

/** A list whose rows may flow: read once, and only as far as they are written. */
export interface RowsResult {
  readonly kind: 'rows';
  readonly items: Iterable<unknown>;
  /** True when the fields were chosen, so that their order matters. */
  readonly ordered: boolean;
  readonly table: (width: number | null) => Iterable<string>;
  readonly csv: () => Iterable<string>;
}

/** One thing. */
export interface ValueResult {
  readonly kind: 'value';
  readonly value: unknown;
  readonly csv: () => Iterable<string>;
  readonly table: (width: number | null) => Iterable<string>;
}

/** How a list is shown where its rows are not shown as they are. */
export interface Presentation<Row> {
  readonly columns: readonly Column<Row>[];
  readonly csv: (rows: Iterable<Row>, select?: readonly string[]) => Iterable<string>;
}
