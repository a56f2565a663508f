import { type ReportSource, ReportTooLargeError, reportNames } from '../../inventory/report.ts';
import { coverageSummary } from '../completeness-summary.ts';
import { coverageTable, fullTable } from '../full-columns.ts';
import type { Table } from '../table.ts';
import { sheetXml } from './sheet-xml.ts';
import { sheetPath, workbookParts } from './workbook-parts.ts';
import { zip } from './zip.ts';

/** The limit of Excel for rows of a sheet below its header. */
export const xlsxRowLimit = 1_048_575;
/** Rows to count before other work may run. */
const rowsPerTurn = 500;

/**
 * A workbook, sheet by sheet, with the requested report first. Memory does not grow with the rows.
 * @param limit rows that a sheet may have
 * @throws {ReportTooLargeError} a sheet has more; the rows are counted before anything is written
 */
export async function xlsx(source: ReportSource, limit = xlsxRowLimit): Promise<Iterable<Uint8Array>> {
  const tables = sheets(source);
  for (const table of tables) await refuseTooLarge(table, limit);
  return zip(entries(tables, source));
}

function sheets(source: ReportSource): readonly Table[] {
  const names = reportNames.toSorted((a, b) => Number(b === source.name) - Number(a === source.name));
  return [...names.map((name) => fullTable(source, name)), coverageTable(source)];
}

function* entries(tables: readonly Table[], source: ReportSource): Generator<{ path: string; text: Iterable<string> }> {
  for (const [path, text] of Object.entries(workbookParts(tables.map(({ name }) => name))))
    yield { path, text: [text] };
  for (const [index, table] of tables.entries()) {
    const isCoverage = table.name === 'coverage';
    const above = isCoverage ? coverageSummary(source) : [];
    const warning = isCoverage && !source.complete;
    yield { path: sheetPath(index), text: sheetXml(table, { above, selected: index === 0, warning }) };
  }
}

async function refuseTooLarge({ name, rows }: Table, limit: number): Promise<void> {
  let count = 0;
  for (const _ of rows()) {
    count += 1;
    if (count > limit) {
      throw new ReportTooLargeError(`An XLSX sheet can have ${limit} rows, but ${name} has more`, {
        hint: 'Use csv or ndjson, which have no limit, or a filter that selects fewer rows',
      });
    }
    if (count % rowsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
