import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { measureAnswers } from './rows/answers.ts';
import { measureAuthors } from './rows/authors.ts';
import { measureAz } from './rows/az.ts';
import { measureColdImport } from './rows/cold-import.ts';
import { measureColdStart } from './rows/cold-start.ts';
import {
  measureCollect,
  measureGrowth,
  measureLargeSubscription,
  measureSdkLoop,
  measureShapes,
} from './rows/collect.ts';
import { measureFirstAnswers } from './rows/first-answers.ts';
import { measureHttpPage } from './rows/http-page.ts';
import { measureMachineLists } from './rows/machine-lists.ts';
import { measurePage } from './rows/page.ts';
import { measurePublish } from './rows/publish.ts';
import { measureSimulation } from './rows/simulate.ts';
import { measureSoak, measureSoakOfChanges } from './rows/soak.ts';
import { measureSoakOverHttp } from './rows/soak-http.ts';
import { environment } from './support/environment.ts';
import { type Figure, tableOf } from './support/figure.ts';
import { type BenchOptions, type SizeName, sizes } from './support/sizes.ts';

/**
 * `npm run bench -- collect|publish|http|lists|page|import|simulate|soak|all [--size S|M|L]… [--rounds N]
 * [--row NAME]… [--lists N] [--runs N] [--requests N]` prints figures with their goals.
 */
const groups = {
  collect: {
    collect: measureCollect,
    'sdk-loop': measureSdkLoop,
    az: measureAz,
    growth: measureGrowth,
    'large-subscription': measureLargeSubscription,
    shapes: measureShapes,
    authors: measureAuthors,
  },
  publish: { publish: measurePublish },
  http: { 'http-page': measureHttpPage },
  lists: { 'machine-lists': measureMachineLists, answers: measureAnswers, 'first-answers': measureFirstAnswers },
  page: { page: measurePage },
  import: { 'cold-import': measureColdImport, 'cold-start': measureColdStart },
  simulate: { simulate: measureSimulation },
  soak: { soak: measureSoak, 'soak-changes': measureSoakOfChanges, 'soak-http': measureSoakOverHttp },
} as const satisfies Record<string, Record<string, (options: BenchOptions) => Promise<Figure[]>>>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', multiple: true, default: ['M', 'L'] },
    rounds: { type: 'string', default: '5' },
    row: { type: 'string', multiple: true },
    lists: { type: 'string', default: '8' },
    runs: { type: 'string' },
    requests: { type: 'string', default: '200000' },
  },
});
const [group = 'all'] = positionals;
const isSize = (name: string): name is SizeName => name in sizes;
const options = {
  sizes: values.size.filter(isSize),
  rounds: Number(values.rounds),
  lists: Number(values.lists),
  runs: values.runs === undefined ? null : Number(values.runs),
  requests: Number(values.requests),
};
const rows = Object.entries(groups)
  .filter(([name]) => group === 'all' || group === name)
  .flatMap(([, row]) => Object.entries(row))
  .filter(([name]) => values.row?.includes(name) ?? true);
const inRange = options.rounds >= 1 && options.lists >= 0 && (options.runs ?? 10) >= 10 && options.requests >= 1000;
if (rows.length === 0 || options.sizes.length < values.size.length || !inRange) {
  const names = Object.values(groups).flatMap((row) => Object.keys(row));
  console.error(
    `Usage: npm run bench -- ${Object.keys(groups).join('|')}|all [--size ${Object.keys(sizes).join('|')}]… [--rounds N] [--row ${names.join('|')}]… [--lists N] [--runs N] [--requests N]`,
  );
  process.exit(2);
}

console.log(environment());
const results = new URL('./results/', import.meta.url);
await mkdir(results, { recursive: true });
const figures: Figure[] = [];
for (const [name, measure] of rows) {
  const measured = await measure(options);
  figures.push(...measured);
  console.log(`\n${tableOf(measured)}`);
  const record = { environment: environment(), ...options, figures: measured };
  await writeFile(new URL(`${name}.json`, results), `${JSON.stringify(record, null, 2)}\n`);
}
if (rows.length > 1) console.log(`\n${tableOf(figures)}`);
