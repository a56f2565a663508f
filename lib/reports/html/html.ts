import type { ReportSource } from '../../inventory/report.ts';
import type { Cell } from '../columns/columns.ts';
import { coverageSummary } from '../coverage.ts';
import { blindSpotHeader, blindSpotRows, gapHeader, gapRows } from '../gaps.ts';
import { shortTable } from '../short-table.ts';
import { charts } from './charts.ts';
import { htmlTable, readable } from './html-table.ts';
import { htmlText } from './html-text.ts';
import { reportStyle } from './report-style.ts';
import { verdict } from './verdict.ts';

/** Rows of the table: a browser shows so many without trouble. The charts count every row. */
const rowsAtMost = 5_000;

/** No scripts, nothing from elsewhere; said in the file as well, for when it is opened from a disk. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A report as one file of HTML: how complete it is, charts, and a table of its first 5,000 rows. */
export function* html(source: ReportSource): Generator<string> {
  const { name, header, rows } = shortTable(source);
  yield `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${name} as of ${htmlText(readable(source.asOf.finishedAt))}</title><style>${reportStyle}</style></head><body>
<h1>${name}</h1><p>${htmlText(period(source))}</p>\n${verdict(source)}`;
  const { rows: count } = yield* charts(source);
  yield `<h2>${name}</h2>\n${extent(count)}\n`;
  yield* htmlTable(name, header, firstOf(rows(), rowsAtMost), true);
  yield* coverage(source);
  yield '</body></html>\n';
}

function period({ asOf, changesAfter }: ReportSource): string {
  const until = `${readable(asOf.finishedAt)}, run ${asOf.runId}`;
  return changesAfter === null
    ? `As of ${until}.`
    : `After ${readable(changesAfter.finishedAt)}, run ${changesAfter.runId}, up to ${until}.`;
}

function extent(count: number): string {
  if (count <= rowsAtMost) return `<p>${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'}.</p>`;
  const [shown, all] = [rowsAtMost, count].map((number) => number.toLocaleString('en'));
  return `<p class="box bad"><strong>The first ${shown} of ${all} rows.</strong> The charts count all of them; CSV, NDJSON and XLSX have them.</p>`;
}

function* coverage(source: ReportSource): Generator<string> {
  yield '<h2 id="coverage">Coverage</h2>\n<dl>';
  for (const [name, value] of coverageSummary(source))
    yield `<div><dt>${htmlText(name)}</dt><dd>${htmlText(readable(String(value)))}</dd></div>`;
  yield '</dl>\n';
  yield* section('Not read completely', gapHeader, gapRows(source));
  yield* section('Blind spots', blindSpotHeader, blindSpotRows(source));
}

/** A table under a heading; nothing where there are no rows. */
function* section(title: string, header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  const all = [...rows];
  if (all.length === 0) return;
  yield `<h3>${title}</h3>\n`;
  yield* htmlTable(title, header, all);
}

function* firstOf<Row>(rows: Iterable<Row>, limit: number): Generator<Row> {
  let count = 0;
  for (const row of rows) {
    if (count++ === limit) return;
    yield row;
  }
}
