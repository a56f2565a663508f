import { join } from 'node:path';
import { type Database, openPrivateCopy } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { readMachineNumbers } from '../../lib/database/queries/machines/machine-order.ts';
import { listPrincipals, lookupPrincipals } from '../../lib/database/queries/principals/principals.ts';
import { search } from '../../lib/database/queries/search/search.ts';
import { readSummary } from '../../lib/database/queries/summary.ts';
import type { AsOf } from '../../lib/inventory/query.ts';
import type { Figure } from '../support/figure.ts';
import { writeMachineDatabase } from '../support/machine-database.ts';
import { processorMs } from '../support/processor-ms.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, sizes } from '../support/sizes.ts';

interface Question {
  readonly name: string;
  readonly ask: (database: Database, asOf: AsOf) => unknown;
  /** Asked this often, and the average taken. */
  readonly times: number;
  /** The most that it may take of reading the numbers of all machines once, and in milliseconds on a quiet machine. */
  readonly most: { readonly ratio: number; readonly ms: number };
}

/** A value of the database, to search for. */
const one = (database: Database, sql: string): string => String(Object.values(database.prepare(sql).get() ?? {})[0]);
const principalOf = (database: Database): string =>
  one(database, 'SELECT principal_id FROM identity ORDER BY id DESC LIMIT 1 OFFSET 100');

const questions: readonly Question[] = [
  {
    name: 'first summary',
    ask: (database, asOf) => readSummary(database, asOf, { findings: [], now: 0 }),
    times: 1,
    most: { ratio: 2, ms: 45 },
  },
  {
    name: 'search of a principal id',
    ask: (database, asOf) => search(database, asOf, principalOf(database), 8),
    times: 20,
    most: { ratio: 0.1, ms: 2 },
  },
  {
    name: 'search of a VM id',
    ask: (database, asOf) => search(database, asOf, one(database, 'SELECT vm_id FROM machine_version LIMIT 1'), 8),
    times: 5,
    most: { ratio: 2, ms: 30 },
  },
  {
    name: 'search of a part of some names',
    ask: (database, asOf) => search(database, asOf, 'vm-ab', 8),
    times: 5,
    most: { ratio: 1.5, ms: 25 },
  },
  {
    name: 'search of a part of every name',
    ask: (database, asOf) => search(database, asOf, 'vm-', 8),
    times: 5,
    most: { ratio: 4, ms: 60 },
  },
  {
    name: 'page of 100 principals with counts',
    ask: (database, asOf) =>
      listPrincipals(database, asOf, {}, { limit: 100 }, { select: ['principalId', 'virtualMachineCount'] }),
    times: 10,
    most: { ratio: 1, ms: 60 },
  },
  {
    name: 'page of 100 principals that contain a text',
    ask: (database, asOf) => listPrincipals(database, asOf, { contains: 'vm-ab' }, { limit: 100 }),
    times: 5,
    most: { ratio: 3, ms: 60 },
  },
  {
    name: 'one principal, expanded',
    ask: (database, asOf) =>
      lookupPrincipals(database, asOf, [principalOf(database)], { maxMachines: 200, permissions: true }),
    times: 50,
    most: { ratio: 0.05, ms: 1 },
  },
];

/** What the page asks for besides lists of machines. In processor time. */
export async function measureAnswers({ rounds, sizes: wanted }: BenchOptions): Promise<Figure[]> {
  await using folder = await scratchFolder();
  const path = join(folder.path, 'inventory.sqlite');
  const size = sizes[wanted.includes('L') ? 'L' : 'S'];
  writeMachineDatabase(path, size);
  const ms = new Map(questions.map(({ name }) => [name, [] as number[]]));
  const ratios = new Map(questions.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    using database = openPrivateCopy(path);
    const asOf = resolveAsOf(database, null);
    const base = processorMs(1, () => readMachineNumbers(database, asOf.seq, { type: 'any' }));
    for (const { name, ask, times } of questions) {
      const taken = processorMs(times, () => ask(database, asOf));
      // The first round warms up.
      if (round === 0) continue;
      ms.get(name)?.push(taken);
      ratios.get(name)?.push(taken / base);
    }
  }
  return questions.flatMap(({ name, most }): Figure[] => {
    const what = `${size.subscriptions * size.vms} machines: ${name}`;
    return [
      { name: what, goal: { at: 'most', value: most.ms }, values: ms.get(name) ?? [], unit: 'ms' },
      {
        name: `${what} / reading all their numbers`,
        goal: { at: 'most', value: most.ratio },
        values: ratios.get(name) ?? [],
      },
    ];
  });
}
