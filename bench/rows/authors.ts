import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type AzureProcess, startAzure } from '../support/azure-process.ts';
import { collect, type Reading } from '../support/collect.ts';
import type { Figure } from '../support/figure.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, type SizeName, sizes } from '../support/sizes.ts';

interface Pair {
  readonly without: Reading;
  readonly withAuthors: Reading;
}

interface Round {
  readonly unchanged: Pair;
  readonly changed: Pair;
  /** Subscription × resource provider that had a change. */
  readonly passes: number;
}

/** What it costs to ask who caused the changes of a run: nothing without changes, else one list per pass. */
export async function measureAuthors(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of options.sizes) {
    const rounds: Round[] = [];
    await using azure = await startAzure(sizes[name]);
    await using folder = await scratchFolder();
    for (let round = 0; round < options.rounds; round++) rounds.push(await measureRound(azure, folder.path, round));
    figures.push(...figuresOf(name, rounds));
  }
  return figures;
}

async function measureRound(azure: AzureProcess, folder: string, round: number): Promise<Round> {
  const first = join(folder, `${round}-first.sqlite`);
  await azure.enterState(1);
  await collect(azure, first);
  const unchanged = await measurePair(azure, first, round);
  await azure.enterState(2);
  const changed = await measurePair(azure, first, round);
  return { unchanged, changed, passes: passesOf(`${first}.true`) };
}

/** The same run twice on copies of a database, in turns first: the page cache of the machine favours the second. */
async function measurePair(azure: AzureProcess, first: string, round: number): Promise<Pair> {
  const run = async (authors: 'true' | 'false'): Promise<Reading> => {
    await copyFile(first, `${first}.${authors}`);
    return collect(azure, `${first}.${authors}`, { settings: { INVENTORY_CHANGE_AUTHORS: authors } });
  };
  if (round % 2 === 1) return { withAuthors: await run('true'), without: await run('false') };
  return { without: await run('false'), withAuthors: await run('true') };
}

function passesOf(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const changes = database.prepare('SELECT kind, resource_id FROM changes').all();
  database.close();
  const passes = changes.flatMap(({ kind, resource_id }) => {
    const [, subscriptionId, provider] =
      /^\/subscriptions\/([^/]+)\/.*\/providers\/([^/]+)\//i.exec(String(resource_id)) ?? [];
    if (subscriptionId === undefined) return [];
    const moves = kind === 'virtualMachineMoved' ? [`${subscriptionId} Microsoft.Resources`] : [];
    return [`${subscriptionId} ${provider}`, ...moves];
  });
  return new Set(passes).size;
}

function figuresOf(name: SizeName, rounds: readonly Round[]): Figure[] {
  const figure = (what: string, value: number, of: (round: Round) => number): Figure => ({
    name: `${name}: ${what}`,
    goal: { at: 'most', value },
    values: rounds.map(of),
  });
  const more = ({ withAuthors, without }: Pair): number => withAuthors.stats.requests - without.stats.requests;
  return [
    figure('a run without changes: CPU with authors / without', 1.02, ({ unchanged }) => ratio(unchanged, 'cpuMs')),
    figure('a run without changes: time with authors / without', 1.02, ({ unchanged }) =>
      ratio(unchanged, 'untilEndMs'),
    ),
    figure('a run without changes: requests for authors', 0, ({ unchanged }) => more(unchanged)),
    figure('requests for authors / subscriptions and providers', 1, ({ changed, passes }) => more(changed) / passes),
  ];
}

function ratio({ withAuthors, without }: Pair, what: 'cpuMs' | 'untilEndMs'): number {
  return withAuthors[what] / without[what];
}
