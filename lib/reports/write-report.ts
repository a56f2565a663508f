import type { ReportFormat, ReportSource } from '../inventory/report.ts';
import { changesCsv, findingsCsv, principalCsv, virtualMachineCsv } from './csv.ts';
import { html } from './html/html.ts';
import { markdown } from './markdown.ts';
import { ndjson } from './ndjson.ts';
import { type Pieces, toPieces } from './pieces.ts';

export const reportContentTypes: Readonly<Record<ReportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/**
 * A report in one of its forms, piece by piece: memory does not grow with its rows. The source has to stay open until the last
 * piece is taken.
 * @throws {ReportTooLargeError} XLSX has no room for it; nothing was written
 */
export async function writeReport(source: ReportSource, format: ReportFormat): Promise<Pieces> {
  switch (format) {
    case 'csv':
      return toPieces(csv(source));
    case 'ndjson':
      return toPieces(ndjson(source[source.name]()));
    case 'html':
      return toPieces(html(source));
    case 'md':
      return toPieces(markdown(source));
    case 'xlsx':
      // What compresses it is loaded for this form only.
      return (await import('./xlsx/xlsx.ts')).xlsx(source);
  }
}

function csv(source: ReportSource): Iterable<string> {
  switch (source.name) {
    case 'virtualMachines':
      return virtualMachineCsv(source.virtualMachines());
    case 'principals':
      return principalCsv(source.principals());
    case 'changes':
      return changesCsv(source.changes());
    case 'findings':
      return findingsCsv(source.findings());
  }
}
