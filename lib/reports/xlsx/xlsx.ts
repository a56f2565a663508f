import { type ReportSource, ReportTooLargeError } from '../../inventory/report.ts';
import { coverageSummary } from '../coverage.ts';
import {
  changeColumns,
  coverageColumns,
  coverageRows,
  findingColumns,
  principalColumns,
  principalRows,
  virtualMachineColumns,
} from '../full-columns.ts';
import { type Table, tableOf } from '../table.ts';
import { sheetXml } from './sheet-xml.ts';
import { sheetPath, workbookParts } from './workbook-parts.ts';
import { zip } from './zip.ts';

/** Rows of a sheet below its header, as Excel itself limits them. */
export const xlsxRowLimit = 1_048_575;
/** Rows counted before others have their turn. */
const rowsPerTurn = 500;

/**
 * A workbook, sheet by sheet, the report that was asked for first. Memory does not grow with the rows.
 * @param limit rows that a sheet may have
 * @throws {ReportTooLargeError} one has more: found by counting, before anything is written
 */
export async function xlsx(source: ReportSource, limit = xlsxRowLimit): Promise<Iterable<Uint8Array>> {
  const tables = sheets(source);
  for (const table of tables) await refuseTooLarge(table, limit);
  return zip(entries(tables, source));
}

function sheets(source: ReportSource): readonly Table[] {
  const all = [
    tableOf('virtualMachines', virtualMachineColumns, source.virtualMachines),
    tableOf('principals', principalColumns, () => principalRows(source.principals())),
    tableOf('changes', changeColumns, source.changes),
    tableOf('findings', findingColumns, source.findings),
  ];
  const [asked = [], others = []] = [true, false].map((first) =>
    all.filter(({ name }) => (name === source.name) === first),
  );
  return [...asked, ...others, tableOf('coverage', coverageColumns, () => coverageRows(source))];
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
      throw new ReportTooLargeError(`A sheet of XLSX has room for ${limit} rows, and ${name} has more`, {
        hint: 'Ask for csv or ndjson, which have no limit, or for fewer rows with a filter',
      });
    }
    if (count % rowsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
