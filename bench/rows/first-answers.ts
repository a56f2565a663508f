import { join } from 'node:path';
import { type Database, openPrivateCopy } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { countMachines } from '../../lib/database/queries/machines/machine-facets.ts';
import { readMachineNumbers } from '../../lib/database/queries/machines/machine-order.ts';
import { listVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { listPrincipals } from '../../lib/database/queries/principals/principals.ts';
import { readSummary } from '../../lib/database/queries/summary.ts';
import type { AsOf } from '../../lib/inventory/query.ts';
import type { Figure } from '../support/figure.ts';
import { writeMachineDatabase } from '../support/machine-database.ts';
import { processorMs } from '../support/processor-ms.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, sizes } from '../support/sizes.ts';

interface Question {
  readonly ask: (database: Database, asOf: AsOf) => unknown;
  /** The most milliseconds on a quiet machine. */
  readonly mostMs: number;
}

const limit = 100;
const questions: Readonly<Record<string, Question>> = {
  subscriptions: { ask: readLedger, mostMs: 50 },
  principals: { ask: (database, asOf) => listPrincipals(database, asOf, {}, { limit }), mostMs: 50 },
  'machines by name': {
    ask: (database, asOf) =>
      listVirtualMachines(database, asOf, {}, { limit, orderBy: { field: 'name', descending: false } }),
    mostMs: 50,
  },
  summary: { ask: (database, asOf) => readSummary(database, asOf, { findings: [], now: 0 }), mostMs: 50 },
  facets: { ask: (database, { seq }) => countMachines(database, seq, {}), mostMs: 140 },
};

/** What the first request after a publication waits for, in processor time: each asks a database opened for it alone. */
export async function measureFirstAnswers({ rounds, sizes: wanted }: BenchOptions): Promise<Figure[]> {
  await using folder = await scratchFolder();
  const path = join(folder.path, 'inventory.sqlite');
  const size = sizes[wanted.includes('L') ? 'L' : 'S'];
  writeMachineDatabase(path, size);
  const measured = Object.entries(questions).map(([name, question]) => {
    const ms: number[] = [];
    const ratios: number[] = [];
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      using database = openPrivateCopy(path);
      const asOf = resolveAsOf(database, null);
      const taken = processorMs(1, () => question.ask(database, asOf));
      const scan = processorMs(1, () => readMachineNumbers(database, asOf.seq, { type: 'any' }));
      if (round === 0) continue;
      ms.push(taken);
      ratios.push(taken / scan);
    }
    return { name, ms, ratios, mostMs: question.mostMs };
  });
  return measured.flatMap(({ name, ms, ratios, mostMs }): Figure[] => {
    const what = `${size.subscriptions * size.vms} machines: first answer, ${name}`;
    return [
      { name: what, goal: { at: 'most', value: mostMs }, values: ms, unit: 'ms' },
      { name: `${what} / reading all their numbers`, goal: { at: 'most', value: mostMs / 25 }, values: ratios },
    ];
  });
}
