import type { ReportSource } from '../inventory/report.ts';
import { coverageSummary, gapTables } from './completeness-summary.ts';
import { shortTable } from './short-columns.ts';
import type { Cell } from './table.ts';

/** A report as Markdown: how complete it is, what is missing, and every row. */
export function* markdown(source: ReportSource): Generator<string> {
  const { name, header, rows } = shortTable(source);
  yield `# ${name}\n\n${source.complete ? 'Complete.' : '**Not complete.**'} As of ${source.asOf.finishedAt}, run ${source.asOf.runId}.\n\n`;
  yield '## Coverage\n\n';
  yield* table(['', ''], coverageSummary(source));
  for (const gaps of gapTables(source)) {
    yield `### ${gaps.title}\n\n`;
    yield* table(gaps.header, gaps.rows);
  }
  yield `## ${name}\n\n`;
  yield* table(header, rows());
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
 * Text that Markdown shows unchanged.
 * @see https://spec.commonmark.org/0.31.2/#backslash-escapes
 */
function markdownText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|~&!]/g, String.raw`\$&`).replaceAll(/[\r\n\t]+/g, ' ');
}
