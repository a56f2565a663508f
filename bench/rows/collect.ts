import { join } from 'node:path';
import { machinesOf, startAzure, type TenantSize } from '../support/azure-process.ts';
import { collect, type Reading, readFloor, readWithSdk, vacuumedBytes } from '../support/collect.ts';
import type { Figure } from '../support/figure.ts';
import type { Cores } from '../support/pinned.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, type SizeName, sizes } from '../support/sizes.ts';

interface Round {
  readonly floor: Reading;
  readonly ours: Reading;
  readonly bytesPerMachine: number;
}

/** The most time, over the floor's, from the first request to the last answer and to the end. */
const goals = {
  one: { collecting: 1.15, toTheEnd: 1.2 },
  two: {
    S: { collecting: 1.2, toTheEnd: 1.35 },
    M: { collecting: 1.05, toTheEnd: 1.1 },
    L: { collecting: 1.08, toTheEnd: 1.13 },
  },
} as const;
const mostMb = { S: 200, M: 200, L: 256 } as const satisfies Record<SizeName, number>;

/**
 * A first run over the whole tenant, against the floor: time on one core and on two; processor time, memory, requests,
 * bytes in the file.
 */
export async function measureCollect(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  const measured = new Map<SizeName, readonly Round[]>();
  for (const name of options.sizes) {
    const rounds = await readRounds(sizes[name], options.rounds);
    const onTwoCores = await readRounds(sizes[name], options.rounds, 'two');
    measured.set(name, rounds);
    figures.push(
      ...timesOf(`${name} on one core`, rounds, goals.one),
      ...timesOf(`${name} on two cores`, onTwoCores, goals.two[name]),
      ...figuresOf(name, rounds, mostMb[name]),
    );
  }
  const [small, large] = [measured.get('M'), measured.get('L')];
  if (small !== undefined && large !== undefined) figures.push(cpuPerMachine(small, large));
  return figures;
}

async function readRounds(size: TenantSize, count: number, cores: Cores = 'one'): Promise<readonly Round[]> {
  await using azure = await startAzure(size);
  await using folder = await scratchFolder();
  await readFloor(azure); // the server serializes each page at its first request
  const rounds: Round[] = [];
  for (let round = 0; round < count; round++) {
    const database = join(folder.path, `${round}.sqlite`);
    const floor = await readFloor(azure, cores);
    const ours = await collect(azure, database, { cores });
    rounds.push({ floor, ours, bytesPerMachine: (await vacuumedBytes(database)) / machinesOf(size) });
  }
  return rounds;
}

function timesOf(
  where: string,
  rounds: readonly Round[],
  most: { readonly collecting: number; readonly toTheEnd: number },
): Figure[] {
  return [
    {
      name: `${where}: first request to last answer / floor`,
      goal: { at: 'most', value: most.collecting },
      values: rounds.map(({ ours, floor }) => ours.collectMs / floor.collectMs),
    },
    {
      name: `${where}: first request to end / floor`,
      goal: { at: 'most', value: most.toTheEnd },
      values: rounds.map(({ ours, floor }) => ours.untilEndMs / floor.collectMs),
    },
  ];
}

function figuresOf(name: string, rounds: readonly Round[], most: number): Figure[] {
  const figure = (what: string, value: number, of: (round: Round) => number): Figure => ({
    name: `${name}: ${what}`,
    goal: { at: 'most', value },
    values: rounds.map(of),
  });
  return [
    figure('processor time / floor', 1.6, ({ ours, floor }) => ours.cpuMs / floor.cpuMs),
    figure('requests in flight', 32, ({ ours }) => ours.stats.maxInFlight),
    figure('requests / lists needed', 1.02, ({ ours, floor }) => ours.stats.requests / floor.stats.requests),
    figure('answers 429', 0, ({ ours }) => ours.stats.responses429),
    { ...figure('peak RSS', most, ({ ours }) => ours.peakRssBytes / 2 ** 20), unit: 'MB' },
    { ...figure('bytes per machine', 400, ({ bytesPerMachine }) => bytesPerMachine), unit: 'bytes' },
  ];
}

/** The CPU time of the machines that L has in addition to M, ours against the floor's. */
function cpuPerMachine(small: readonly Round[], large: readonly Round[]): Figure {
  const values = large.flatMap((more, round) => {
    const less = small[round];
    if (less === undefined) return [];
    return [(more.ours.cpuMs - less.ours.cpuMs) / (more.floor.cpuMs - less.floor.cpuMs)];
  });
  return { name: 'CPU of one more machine (L less M) / floor', goal: { at: 'most', value: 1.35 }, values };
}

/** One large subscription, last in the list, among 200 small ones. If it starts early, its pages set the time. */
export async function measureLargeSubscription({ rounds }: BenchOptions): Promise<Figure[]> {
  const measured = await readRounds({ subscriptions: 201, vms: 20, vmsOfLast: 5000 }, rounds);
  const values = measured.map(({ ours, floor }) => ours.collectMs / floor.collectMs);
  return [{ name: 'one subscription of 5,000 among 200 / floor', goal: { at: 'most', value: 1.15 }, values }];
}

const shapes = {
  'one subscription of 20,000': { subscriptions: 1, vms: 20_000 },
  '2,000 subscriptions of 10': { subscriptions: 2000, vms: 10 },
  '100 subscriptions of 1,000, in pages of 1,000': { subscriptions: 100, vms: 1000, pageSize: 1000 },
} as const satisfies Record<string, TenantSize>;

/** Tenants of other shapes, on two cores. */
export async function measureShapes({ rounds }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, size] of Object.entries(shapes)) {
    const measured = await readRounds(size, rounds, 'two');
    figures.push(
      ...timesOf(name, measured, { collecting: 1.15, toTheEnd: 1.2 }),
      ...figuresOf(name, measured, 256).filter(({ name }) => /processor|RSS/.test(name)),
    );
  }
  return figures;
}

/** Peak memory of a run over four times the machines of the largest size, against that size. */
export async function measureGrowth(options: BenchOptions): Promise<Figure[]> {
  const name = options.sizes.at(-1) ?? 'L';
  const size = sizes[name];
  const once = await peaks(size, options.rounds);
  const fourfold = await peaks({ ...size, vms: size.vms * 4 }, options.rounds);
  const values = fourfold.map((peak, round) => peak / (once[round] ?? Number.NaN));
  return [{ name: `peak RSS, 4 × ${name} / ${name}`, goal: { at: 'most', value: 1.1 }, values }];
}

async function peaks(size: TenantSize, rounds: number): Promise<readonly number[]> {
  await using azure = await startAzure(size);
  await using folder = await scratchFolder();
  const measured: number[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push((await collect(azure, join(folder.path, `${round}.sqlite`))).peakRssBytes);
  }
  return measured;
}

/** The usual loop with the Azure SDK (sequential, no power states) against ours (with power states). */
export async function measureSdkLoop(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of options.sizes) {
    await using azure = await startAzure(sizes[name]);
    await using folder = await scratchFolder();
    await readFloor(azure);
    const values: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      const loop = await readWithSdk(azure);
      const ours = await collect(azure, join(folder.path, `${round}.sqlite`));
      values.push(loop.collectMs / ours.collectMs);
    }
    figures.push({ name: `${name}: SDK loop / ours`, goal: { at: 'least', value: 18 }, values });
  }
  return figures;
}
