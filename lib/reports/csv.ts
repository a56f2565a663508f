import type { Change } from '../inventory/change.ts';
import type { Finding } from '../inventory/finding.ts';
import type { LivePrincipal } from '../inventory/live-principal.ts';
import type { NeverSeenPrincipal, Principal } from '../inventory/principal.ts';
import type { MachineById, VirtualMachine } from '../inventory/virtual-machine.ts';
import {
  changeColumns,
  findingColumns,
  principalColumns,
  principalCountColumns,
  principalRows,
  virtualMachineColumns,
} from './full-columns.ts';
import { type Cell, type Columns, type Table, tableOf } from './table.ts';

/**
 * CSV with one row per machine, nested fields flattened.
 * @param select names of fields of the shape: only their columns; default: all
 */
export function virtualMachineCsv(rows: Iterable<VirtualMachine>, select?: readonly string[]): Generator<string> {
  return csvOf(virtualMachineColumns, rows, select);
}

/** CSV of one machine, also with the id to which it moved. */
export function machineByIdCsv(machine: MachineById, select?: readonly string[]): Generator<string> {
  const columns = { ...virtualMachineColumns, movedTo: ({ movedTo }: MachineById) => movedTo ?? null };
  return csvOf<MachineById>(columns, [machine], select);
}

/** CSV with one row per principal and machine; a principal without machines, or whose machines are not selected, has one. */
export function principalCsv(
  rows: Iterable<Principal | LivePrincipal | NeverSeenPrincipal>,
  select?: readonly string[],
): Generator<string> {
  return csvOf(select === undefined ? principalColumns : countedColumns, principalRows(rows), select);
}

const countedColumns = { ...principalColumns, ...principalCountColumns };

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
  return tableCsv(tableOf('', Object.fromEntries(columns), () => rows));
}

/** A table as CSV. */
export function tableCsv({ header, rows }: Table): Generator<string> {
  return csvLines(header, rows());
}

/** Rows per chunk of text. */
const rowsPerChunk = 32;

const mustBeQuoted = /[",\r\n]/;
/** The characters that begin a formula in a spreadsheet, full-width forms included. */
const formulaStart = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
/** What separates cells where a spreadsheet expects no comma, and rows where it then ignores the quotes. */
const separator = /[;\t\r\n]/;
/** Such a character right after a separator. Every match ends the search backwards, so the time is linear. */
const innerFormulaStart = /(?=[=+\-@\uff1d\uff0b\uff0d\uff20])(?<=[;\t\r\n]"*)/g;

/**
 * CSV in chunks of whole lines (RFC 4180): lines end in CR LF, and cells are quoted if necessary. What a spreadsheet
 * would read as a formula gets a leading apostrophe: a cell that begins with = + - @ tab or CR, and = + - @ after `;`,
 * tab or a line end inside a cell, because some spreadsheets expect `;` or tab between cells.
 * A library (csv-stringify 6) took 1.4 times the time and the memory for 400,000 machines.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function* csvLines(header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  let chunk = line(header);
  let count = 1;
  for (const row of rows) {
    chunk += line(row);
    count += 1;
    if (count < rowsPerChunk) continue;
    yield chunk;
    chunk = '';
    count = 0;
  }
  if (count > 0) yield chunk;
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  const text = String(cell ?? '');
  const inner = separator.test(text) ? text.replaceAll(innerFormulaStart, "'") : text;
  const harmless = formulaStart.test(text) ? `'${inner}` : inner;
  return mustBeQuoted.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
