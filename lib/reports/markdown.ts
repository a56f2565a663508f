import type { ReportSource } from '../inventory/report.ts';
import type { Cell } from './columns/columns.ts';
import { coverageSummary } from './coverage.ts';
import { blindSpotHeader, blindSpotRows, gapHeader, gapRows } from './gaps.ts';
import { shortTable } from './short-table.ts';

/** A report as Markdown: how complete it is, what it lacks, and every row. Names with a meaning in Markdown are shown as text. */
export function* markdown(source: ReportSource): Generator<string> {
  const { name, header, rows } = shortTable(source);
  yield `# ${name}\n\n${source.complete ? 'Complete.' : '**Not complete.**'} As of ${source.asOf.finishedAt}, run ${source.asOf.runId}.\n\n`;
  yield* coverage(source);
  yield `## ${name}\n\n`;
  yield* table(header, rows());
}

function* coverage(source: ReportSource): Generator<string> {
  yield '## Coverage\n\n';
  yield* table(['', ''], coverageSummary(source));
  yield* section('Not read completely', gapHeader, gapRows(source));
  yield* section('Blind spots', blindSpotHeader, blindSpotRows(source));
}

/** A table under a heading; nothing where there are no rows. */
function* section(title: string, header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  const all = [...rows];
  if (all.length === 0) return;
  yield `### ${title}\n\n`;
  yield* table(header, all);
}

function* table(header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  yield `${line(header)}${line(header.map(() => '---'))}`;
  for (const row of rows) yield line(row.map((cell) => markdownText(String(cell ?? ''))));
  yield '\n';
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/**
 * Text that Markdown shows as it is.
 * @see https://spec.commonmark.org/0.31.2/#backslash-escapes
 */
function markdownText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~&!]/g, String.raw`\$&`).replaceAll(/[\r\n\t]+/g, ' ');
}
