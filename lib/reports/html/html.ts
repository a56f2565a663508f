import type { ReportSource } from '../../inventory/report.ts';
import { coverageSummary, gapTables } from '../completeness-summary.ts';
import { shortTable } from '../short-columns.ts';
import type { Cell } from '../table.ts';
import { charts } from './charts.ts';
import { htmlTable, readable } from './html-table.ts';
import { htmlText } from './html-text.ts';
import { reportStyle } from './report-style.ts';

/** Rows of the table that a browser shows without trouble. The charts count every row. */
const rowsAtMost = 5_000;

/** No scripts, nothing from other servers. The file itself has the policy too, for when it is opened from a disk. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A report as one HTML file: how complete it is, charts, and a table of its first 5,000 rows. */
export function* html(source: ReportSource): Generator<string> {
  const { name, header, rows } = shortTable(source);
  yield `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${name} as of ${htmlText(readable(source.asOf.finishedAt))}</title><style>${reportStyle}</style></head><body>
<h1>${name}</h1><p>${htmlText(period(source))}</p>\n${completeness(source)}`;
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

/** Whether the report is complete; a conspicuous box if it is not. */
function completeness(source: ReportSource): string {
  if (source.complete) return '<p class="verdict complete">Complete: every subscription in scope was read.</p>\n';
  const missing = gaps(source).map(htmlText).join('; ');
  const what = missing === '' ? '' : ` ${missing}.`;
  return `<p class="verdict incomplete" role="alert"><strong>Not complete.</strong>${what} <a href="#coverage">What is missing, and how to get access</a></p>\n`;
}

function gaps({ counts, reason }: ReportSource): string[] {
  const parts = reason === null ? [] : [`${reason.code}: ${reason.message.replace(/\.$/, '')}`];
  if (counts.partial > 0) parts.push(`${counted(counts.partial, 'subscription')} read in part`);
  if (counts.failed > 0) parts.push(`${counted(counts.failed, 'subscription')} failed`);
  if (counts.denied > 0) parts.push(`${counted(counts.denied, 'subscription')} denied`);
  if (counts.blindSpots === null) parts.push('blind spots are not known');
  else if (counts.blindSpots > 0) parts.push(counted(counts.blindSpots, 'blind spot'));
  return parts;
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

function extent(count: number): string {
  if (count <= rowsAtMost) return `<p>${counted(count, 'row')}.</p>`;
  const [shown, all] = [rowsAtMost, count].map((number) => number.toLocaleString('en'));
  return `<p class="verdict incomplete"><strong>The first ${shown} of ${all} rows.</strong> The charts count all rows. CSV, NDJSON and XLSX have all rows.</p>`;
}

function* coverage(source: ReportSource): Generator<string> {
  yield '<h2 id="coverage">Coverage</h2>\n<dl>';
  for (const [name, value] of coverageSummary(source))
    yield `<div><dt>${htmlText(name)}</dt><dd>${htmlText(readable(String(value)))}</dd></div>`;
  yield '</dl>\n';
  for (const { title, header, rows } of gapTables(source)) {
    yield `<h3>${title}</h3>\n`;
    yield* htmlTable(title, header, rows);
  }
}

function* firstOf(rows: Iterable<readonly Cell[]>, limit: number): Generator<readonly Cell[]> {
  let count = 0;
  for (const row of rows) {
    if (count++ === limit) return;
    yield row;
  }
}
