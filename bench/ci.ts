import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { measureImportCpu } from './rows/cold-import.ts';
import { measureCollect } from './rows/collect.ts';
import { measureFirstAnswers } from './rows/first-answers.ts';
import { measureHttpPage } from './rows/http-page.ts';
import { compareRatios, comparisonTable, ratiosOf, ratiosSchema } from './support/compare.ts';
import type { Figure } from './support/figure.ts';
import type { BenchOptions } from './support/sizes.ts';

/**
 * `npm run bench:ci` measures a few ratios in less than a minute and compares them with `ratios.json`. A loss is marked
 * in the table, and in the summary of a workflow; it fails nothing, because a busy machine may be the cause. Only a
 * broken bench does. `--write` measures three times and writes the file anew.
 */
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const file = new URL('./ratios.json', import.meta.url);
/** With rounds: more where they are short. */
const rows = [
  { row: measureCollect, rounds: 5 },
  { row: measureHttpPage, rounds: 5 },
  { row: measureFirstAnswers, rounds: 15 },
  { row: measureImportCpu, rounds: 9 },
];

if (values.write) {
  const measurements = [await measure(), await measure(), await measure()];
  await writeFile(file, `${JSON.stringify(ratiosOf(measurements), null, 2)}\n`);
} else {
  const committed = v.parse(ratiosSchema, JSON.parse(await readFile(file, 'utf8')));
  const table = comparisonTable(compareRatios(await measure(), committed));
  console.log(table);
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary !== undefined && summary !== '') await appendFile(summary, `\n## Speed\n\n${table}\n`);
}

/** Ratios only: milliseconds and bytes differ from machine to machine. Counts that never change are left out, too. */
async function measure(): Promise<Figure[]> {
  const options: Omit<BenchOptions, 'rounds'> = { sizes: ['S'], lists: 8, runs: null, requests: 1000 };
  const figures: Figure[] = [];
  for (const { row, rounds } of rows) figures.push(...(await row({ ...options, rounds })));
  return figures.filter(({ name, unit }) => unit === undefined && name.includes(' / '));
}
