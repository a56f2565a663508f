import { join } from 'node:path';
import { startAzure } from '../support/azure-process.ts';
import { collect, readFloor } from '../support/collect.ts';
import type { Figure } from '../support/figure.ts';
import { scratchFolder } from '../support/scratch.ts';
import type { BenchOptions } from '../support/sizes.ts';

/** One large subscription, the last in the list, among 200 small ones: its chain of pages sets the time, where it starts early. */
export async function measureLargeSubscription({ rounds }: BenchOptions): Promise<Figure[]> {
  await using azure = await startAzure({ subscriptions: 201, vms: 20, vmsOfLast: 5000 });
  await using folder = await scratchFolder();
  await readFloor(azure);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const floor = await readFloor(azure);
    const ours = await collect(azure, join(folder.path, `${round}.sqlite`));
    values.push(ours.collectMs / floor.collectMs);
  }
  return [{ name: 'one subscription of 5,000 among 200 / floor', goal: { at: 'most', value: 1.15 }, values }];
}
