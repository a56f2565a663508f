import type { ReportSource } from '../../inventory/report.ts';
import type { Cell } from '../columns/columns.ts';
import { coverageSummary } from '../coverage-summary.ts';
import { blindSpotHeader, blindSpotRows, gapHeader, gapRows } from '../gaps.ts';
import { shortTable } from '../short-table.ts';
import { charts } from './charts.ts';
import { htmlText } from './html-text.ts';
import { reportStyle } from './report-style.ts';

/** Rows of the table: a browser shows so many without trouble. The charts count every row. */
const rowsAtMost = 5_000;

/** No scripts, nothing from elsewhere; said in the file as well, for when it is opened from a disk. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A report as one file of HTML: how complete it is, charts, and a table of its first 5,000 rows. */
export function* html(source: ReportSource): Generator<string> {
  const { name, header, rows } = shortTable(source);
  const { runId, finishedAt } = source.asOf;
  yield `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${name} as of ${htmlText(finishedAt)}</title><style>${reportStyle}</style></head><body>
<h1>${name}</h1><p>As of ${htmlText(finishedAt)}, run ${htmlText(runId)}. ${verdict(source.complete)}</p>\n`;
  const { rows: count } = yield* charts(source);
  yield* coverage(source);
  yield `<h2>${name}</h2>\n<p>${extent(count)}</p>\n`;
  yield* table(header, firstOf(rows(), rowsAtMost));
  yield '</body></html>\n';
}

function verdict(complete: boolean): string {
  return complete ? 'Complete.' : '<span class="bad">Not complete: see Coverage.</span>';
}

function extent(count: number): string {
  if (count <= rowsAtMost) return `${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'}.`;
  const [shown, all] = [rowsAtMost, count].map((number) => number.toLocaleString('en'));
  return `<span class="bad">The first ${shown} of ${all} rows.</span> The charts count all of them; CSV, NDJSON and XLSX have them.`;
}

function* coverage(source: ReportSource): Generator<string> {
  yield '<h2>Coverage</h2>\n';
  yield* table(null, coverageSummary(source));
  yield* section('Not read completely', gapHeader, gapRows(source));
  yield* section('Blind spots', blindSpotHeader, blindSpotRows(source));
}

/** A table under a heading; nothing where there are no rows. */
function* section(title: string, header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  const all = [...rows];
  if (all.length === 0) return;
  yield `<h3>${title}</h3>\n`;
  yield* table(header, all);
}

function* table(header: readonly string[] | null, rows: Iterable<readonly Cell[]>): Generator<string> {
  yield '<div class="wide"><table>';
  if (header !== null)
    yield `<thead><tr>${header.map((name) => `<th scope="col">${htmlText(name)}</th>`).join('')}</tr></thead>`;
  yield '<tbody>\n';
  for (const row of rows) yield `<tr>${row.map((cell) => `<td>${htmlText(String(cell ?? ''))}</td>`).join('')}</tr>\n`;
  yield '</tbody></table></div>\n';
}

function* firstOf<Row>(rows: Iterable<Row>, limit: number): Generator<Row> {
  let count = 0;
  for (const row of rows) {
    if (count++ === limit) return;
    yield row;
  }
}
