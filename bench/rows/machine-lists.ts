import { join } from 'node:path';
import { type Database, openPrivateCopy } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { countMachines } from '../../lib/database/queries/machines/machine-facets.ts';
import { readMachineNumbers } from '../../lib/database/queries/machines/machine-order.ts';
import { selectMachines } from '../../lib/database/queries/machines/machine-selection.ts';
import { listVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import type { OrderBy } from '../../lib/inventory/query.ts';
import type { Figure } from '../support/figure.ts';
import { writeMachineDatabase } from '../support/machine-database.ts';
import { processorMs } from '../support/processor-ms.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, sizes } from '../support/sizes.ts';

const pageSize = 200;
const byName: OrderBy = { field: 'name', descending: false };

/** What is asked, in this order: each for the first time since a publication, or again. */
interface Question {
  readonly name: string;
  readonly ask: (database: Database, seq: number) => unknown;
  /** Asked this often, and the average taken; what is kept after the first time is asked several times. */
  readonly times: number;
  /** The work that it is compared with. */
  readonly base: 'page' | 'scan';
  /** The most that it may take of that work, and in milliseconds on a quiet machine. */
  readonly most: { readonly ratio: number; readonly ms: number };
}

const page = (database: Database, seq: number, more: object) =>
  listVirtualMachines(database, { seq, runId: '', finishedAt: '' }, {}, { limit: pageSize, ...more });

const questions: readonly Question[] = [
  {
    name: 'first facets',
    ask: (database, seq) => countMachines(database, seq, {}),
    times: 1,
    base: 'scan',
    most: { ratio: 5, ms: 140 },
  },
  {
    name: 'facets',
    ask: (database, seq) => countMachines(database, seq, { location: 'region3' }),
    times: 20,
    base: 'page',
    most: { ratio: 4, ms: 5 },
  },
  {
    name: 'first facets of a tag',
    ask: (database, seq) => countMachines(database, seq, { tags: [{ name: 'team', value: 'team-3' }] }),
    times: 1,
    base: 'scan',
    most: { ratio: 6, ms: 75 },
  },
  {
    name: 'first count of a part of a name',
    ask: (database, seq) => selectMachines(database, seq, { contains: 'VM-A' }).count,
    times: 1,
    base: 'scan',
    most: { ratio: 1.5, ms: 75 },
  },
  {
    name: 'first page of an order',
    ask: (database, seq) => page(database, seq, { orderBy: byName, skip: 0 }),
    times: 1,
    base: 'scan',
    most: { ratio: 2.5, ms: 50 },
  },
  {
    name: 'second page of an order',
    ask: (database, seq) => page(database, seq, { orderBy: byName, skip: pageSize }),
    times: 1,
    base: 'scan',
    most: { ratio: 12, ms: 300 },
  },
  {
    name: 'page in the middle of an order',
    ask: (database, seq) => page(database, seq, { orderBy: byName, skip: 50_000 }),
    times: 20,
    base: 'page',
    most: { ratio: 4, ms: 5 },
  },
];

/** What the page of machines asks for: counts, any page in any order, a part of a name. In processor time. */
export async function measureMachineLists({ rounds, sizes: wanted }: BenchOptions): Promise<Figure[]> {
  await using folder = await scratchFolder();
  const path = join(folder.path, 'inventory.sqlite');
  const size = sizes[wanted.includes('L') ? 'L' : 'S'];
  writeMachineDatabase(path, size);
  const asked = questions.map((question) => {
    const ms: number[] = [];
    const ratios: number[] = [];
    return { ...question, ms, ratios };
  });
  for (let round = 0; round <= rounds; round++) {
    using database = openPrivateCopy(path);
    const { seq } = resolveAsOf(database, null);
    const bases = {
      scan: processorMs(1, () => readMachineNumbers(database, seq, { type: 'any' })),
      page: processorMs(20, () => page(database, seq, {})),
    };
    for (const { ask, times, base, ms, ratios } of asked) {
      const taken = processorMs(times, () => ask(database, seq));
      // The first round warms up.
      if (round === 0) continue;
      ms.push(taken);
      ratios.push(taken / bases[base]);
    }
  }
  const bases = { scan: 'reading all their numbers', page: `a page of ${pageSize}` };
  return asked.flatMap(({ name, base, most, ms, ratios }): Figure[] => {
    const what = `${size.subscriptions * size.vms} machines: ${name}`;
    return [
      { name: what, goal: { at: 'most', value: most.ms }, values: ms, unit: 'ms' },
      { name: `${what} / ${bases[base]}`, goal: { at: 'most', value: most.ratio }, values: ratios },
    ];
  });
}
