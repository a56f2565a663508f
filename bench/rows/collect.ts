import { join } from 'node:path';
import { machinesOf, startAzure } from '../support/azure-process.ts';
import { collect, type Reading, readFloor, vacuumedBytes } from '../support/collect.ts';
import type { Figure } from '../support/figure.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, type SizeName, sizes } from '../support/sizes.ts';

interface Round {
  readonly floor: Reading;
  readonly ours: Reading;
  readonly bytesPerMachine: number;
}

/** A first run over the whole tenant, against the floor: time, CPU, memory, requests, bytes in the file. */
export async function measureCollect(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  const measured = new Map<SizeName, readonly Round[]>();
  for (const name of options.sizes) {
    const rounds = await readRounds(name, options.rounds);
    measured.set(name, rounds);
    figures.push(...figuresOf(name, rounds));
  }
  const [small, large] = [measured.get('M'), measured.get('L')];
  if (small !== undefined && large !== undefined) figures.push(cpuOfOneMore(small, large));
  return figures;
}

async function readRounds(name: SizeName, count: number): Promise<readonly Round[]> {
  await using azure = await startAzure(sizes[name]);
  await using folder = await scratchFolder();
  await readFloor(azure); // the server writes each page out when it is first asked for
  const rounds: Round[] = [];
  for (let round = 0; round < count; round++) {
    const database = join(folder.path, `${round}.sqlite`);
    const floor = await readFloor(azure);
    const ours = await collect(azure, database);
    rounds.push({ floor, ours, bytesPerMachine: (await vacuumedBytes(database)) / machinesOf(azure.size) });
  }
  return rounds;
}

function figuresOf(name: SizeName, rounds: readonly Round[]): Figure[] {
  const figure = (what: string, at: 'most' | 'least', value: number, of: (round: Round) => number): Figure => ({
    name: `${name}: ${what}`,
    goal: { at, value },
    values: rounds.map(of),
  });
  return [
    figure('collecting / floor', 'most', 1.2, ({ ours, floor }) => ours.collectMs / floor.collectMs),
    figure('collecting to the end of the process / floor', 'most', 1.35, (r) => r.ours.untilEndMs / r.floor.collectMs),
    figure('requests in flight', 'most', 32, ({ ours }) => ours.stats.maxInFlight),
    figure('requests / lists needed', 'most', 1.02, ({ ours, floor }) => ours.stats.requests / floor.stats.requests),
    figure('answers 429', 'most', 0, ({ ours }) => ours.stats.responses429),
    { ...figure('peak RSS', 'most', 256, ({ ours }) => ours.peakRssBytes / 2 ** 20), unit: 'MB' },
    { ...figure('bytes per machine', 'most', 400, ({ bytesPerMachine }) => bytesPerMachine), unit: 'bytes' },
  ];
}

/** What the machines that L has more than M take, ours against the floor's. */
function cpuOfOneMore(small: readonly Round[], large: readonly Round[]): Figure {
  const values = large.flatMap((more, round) => {
    const less = small[round];
    if (less === undefined) return [];
    return [(more.ours.cpuMs - less.ours.cpuMs) / (more.floor.cpuMs - less.floor.cpuMs)];
  });
  return { name: 'CPU of one more machine (L less M) / floor', goal: { at: 'most', value: 1.35 }, values };
}
