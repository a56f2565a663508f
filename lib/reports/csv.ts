import type { Change } from '../inventory/change.ts';
import type { Finding } from '../inventory/finding.ts';
import type { NeverSeenPrincipal, Principal } from '../inventory/principal.ts';
import type { VirtualMachine } from '../inventory/virtual-machine.ts';
import { changeColumns } from './columns/change-columns.ts';
import type { Columns } from './columns/columns.ts';
import { findingColumns } from './columns/finding-columns.ts';
import { principalColumns, principalRows } from './columns/principal-columns.ts';
import { csvLines } from './csv-lines.ts';
import { virtualMachineColumns } from './full-columns.ts';

/**
 * CSV with one row per machine, nested fields flattened.
 * @param select names of fields of the shape: only their columns; all by default
 */
export function virtualMachineCsv(rows: Iterable<VirtualMachine>, select?: readonly string[]): Generator<string> {
  return csvOf(virtualMachineColumns, rows, select);
}

/** CSV with one row per principal and machine; a principal without machines has one row, too. */
export function principalCsv(
  rows: Iterable<Principal | NeverSeenPrincipal>,
  select?: readonly string[],
): Generator<string> {
  return csvOf(principalColumns, principalRows(rows), select);
}

/** CSV with one row per change; `before` and `after` are JSON. */
export function changesCsv(rows: Iterable<Change>, select?: readonly string[]): Generator<string> {
  return csvOf(changeColumns, rows, select);
}

/** CSV with one row per finding. */
export function findingsCsv(rows: Iterable<Finding>, select?: readonly string[]): Generator<string> {
  return csvOf(findingColumns, rows, select);
}

function csvOf<Row>(all: Columns<Row>, rows: Iterable<Row>, select: readonly string[] | undefined): Generator<string> {
  const columns = Object.entries(all).filter(
    ([name]) => select === undefined || select.includes(name.split('.', 1)[0] ?? name),
  );
  const line = (row: Row) => columns.map(([, cell]) => String(cell(row) ?? ''));
  return csvLines(
    columns.map(([name]) => name),
    mapEach(rows, line),
  );
}

function* mapEach<Row, Line>(rows: Iterable<Row>, toLine: (row: Row) => Line): Generator<Line> {
  for (const row of rows) yield toLine(row);
}
