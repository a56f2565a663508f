import { join } from 'node:path';
import { startAzure } from '../support/azure-process.ts';
import { collect, readFloor, readWithSdk } from '../support/collect.ts';
import type { Figure } from '../support/figure.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, sizes } from '../support/sizes.ts';

/** The usual loop with the Azure SDK (one subscription after another, no power states) against ours (with them). */
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
