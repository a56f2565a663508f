import { join } from 'node:path';
import { type AzureProcess, startAzure } from '../support/azure-process.ts';
import { collect } from '../support/collect.ts';
import type { Figure } from '../support/figure.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, sizes } from '../support/sizes.ts';

/** Peak memory of a run over four times the machines of the largest size, against that size. */
export async function measureGrowth(options: BenchOptions): Promise<Figure[]> {
  const name = options.sizes.at(-1) ?? 'L';
  const size = sizes[name];
  const once = await peaks(size, options.rounds);
  const fourfold = await peaks({ ...size, vms: size.vms * 4 }, options.rounds);
  const values = fourfold.map((peak, round) => peak / (once[round] ?? Number.NaN));
  return [{ name: `peak RSS, 4 × ${name} / ${name}`, goal: { at: 'most', value: 1.1 }, values }];
}

async function peaks(size: AzureProcess['size'], rounds: number): Promise<readonly number[]> {
  await using azure = await startAzure(size);
  await using folder = await scratchFolder();
  const measured: number[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push((await collect(azure, join(folder.path, `${round}.sqlite`))).peakRssBytes);
  }
  return measured;
}
