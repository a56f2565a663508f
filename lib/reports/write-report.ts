import type { ReportFormat, ReportSource } from '../inventory/report.ts';
import { tableCsv } from './csv.ts';
import { fullTable } from './full-columns.ts';
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
 * A report in a format, piece by piece: memory does not grow with its rows. Keep the source open until the last piece.
 * @throws {ReportTooLargeError} it has too many rows for XLSX; nothing was written
 */
export async function writeReport(source: ReportSource, format: ReportFormat): Promise<Pieces> {
  switch (format) {
    case 'csv':
      return toPieces(tableCsv(fullTable(source, source.name)));
    case 'ndjson':
      return toPieces(ndjson(source[source.name]()));
    case 'html':
      return toPieces(html(source));
    case 'md':
      return toPieces(markdown(source));
    case 'xlsx':
      // The library that compresses is loaded for this format only.
      return (await import('./xlsx/xlsx.ts')).xlsx(source);
  }
}
