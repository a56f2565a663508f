import { gather } from './gather.ts';
import { printable, truncate, widthOf } from './terminal-text.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => string;
  /** What remains readable when there is little room. */
  readonly leastWidth: number;
  /** Columns with a higher one give way first: they are cut to their least width, then left out. */
  readonly rank: number;
  /** Left out when it has nothing to say in any row. */
  readonly optional?: boolean;
}

const gap = '  ';

/**
 * Rows below their headers, as `az` lays them out, fitted to a width.
 * @param width columns of the terminal; null = as wide as it gets
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
  // Leaving one out may have made more room than was needed: the most important take it back.
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

/** Names and values, one a line: how one thing reads best. */
export function* properties(entries: readonly (readonly [string, string])[]): Generator<string> {
  const room = entries.reduce((most, [name]) => Math.max(most, name.length), 0);
  for (const [name, value] of entries) yield `${pad(name, room)}${gap}${printable(value)}`.trimEnd().concat('\n');
}
