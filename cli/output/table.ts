import { gather } from './gather.ts';
import { printable, truncate, widthOf } from './terminal-text.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => string;
  /** The smallest width that is still readable. */
  readonly leastWidth: number;
  /** When there is too little room, columns with a higher rank are cut to their least width first, then left out. */
  readonly rank: number;
  /** Left out when it is empty in every row. */
  readonly optional?: boolean;
}

const gap = '  ';

/**
 * Rows below their headers, in the layout of `az`, fitted to a width.
 * @param width columns of the terminal; null = no limit
 */
export function* table<Row>(
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
  width: number | null,
): Generator<string> {
  const lines = yield* gather(cellsOf(columns, rows));
  const needed = columns.map((column, index) =>
    column.optional === true && lines.every((cells) => cells[index] === '')
      ? 0
      : lines.reduce((most, cells) => Math.max(most, widthOf(cells[index] ?? '')), widthOf(column.header)),
  );
  const widths = width === null ? needed : fitted(columns, needed, width);
  const layOut = (cells: readonly string[]): string =>
    widths
      .flatMap((room, index) => (room === 0 ? [] : [pad(truncate(cells[index] ?? '', room), room)]))
      .join(gap)
      .trimEnd();
  yield `${layOut(columns.map((column) => column.header))}\n`;
  yield `${layOut(widths.map((room) => '-'.repeat(room)))}\n`;
  for (const cells of lines) yield `${layOut(cells)}\n`;
}

function* cellsOf<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): Generator<string[]> {
  for (const row of rows) yield columns.map((column) => printable(column.cell(row)));
}

/** Widths that fit; 0 = left out. */
function fitted<Row>(columns: readonly Column<Row>[], needed: readonly number[], width: number): number[] {
  const widths = [...needed];
  const total = () => widths.reduce((sum, room) => sum + (room === 0 ? 0 : room + gap.length), -gap.length);
  const leastImportantFirst = columns.map((_, index) => index).sort((a, b) => rankOf(columns, b) - rankOf(columns, a));
  for (const index of leastImportantFirst) {
    const least = columns[index]?.leastWidth ?? 0;
    widths[index] = Math.min(needed[index] ?? 0, Math.max(least, (widths[index] ?? 0) - Math.max(0, total() - width)));
  }
  for (const index of leastImportantFirst.slice(0, -1)) if (total() > width) widths[index] = 0;
  // A column that was left out may have freed more room than needed: the most important columns use it.
  for (const index of leastImportantFirst.toReversed()) {
    const room = widths[index] ?? 0;
    if (room > 0) widths[index] = Math.min(needed[index] ?? 0, room + Math.max(0, width - total()));
  }
  return widths;
}

function rankOf<Row>(columns: readonly Column<Row>[], index: number): number {
  return columns[index]?.rank ?? 0;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** A name and its value. */
export type Property = readonly [name: string, value: string];

/** Several values of one name: the name is on the first line only. */
export function onePerLine(name: string, values: readonly string[]): Property[] {
  return values.map((value, index) => [index === 0 ? name : '', value]);
}

/** Names and values, one per line. */
export function* properties(entries: readonly Property[]): Generator<string> {
  const room = entries.reduce((most, [name]) => Math.max(most, name.length), 0);
  for (const [name, value] of entries) yield `${pad(name, room)}${gap}${printable(value)}`.trimEnd().concat('\n');
}
