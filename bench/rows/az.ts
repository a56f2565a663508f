import { join } from 'node:path';
import { signIn } from '../support/az.ts';
import { startAzure } from '../support/azure-process.ts';
import { collect, readFloor } from '../support/collect.ts';
import type { Figure } from '../support/figure.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, sizes } from '../support/sizes.ts';

/** `az vm list` takes seconds, so it runs for this many subscriptions, and its time is scaled up to all of them. */
const sampleSize = 5;

/** `az vm list` per subscription against ours without power states, both measured as whole processes. */
export async function measureAz(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of options.sizes) {
    await using azure = await startAzure(sizes[name]);
    await using folder = await scratchFolder();
    await readFloor(azure);
    const az = signIn(azure, join(folder.path, 'az'));
    if (az === null) {
      console.log('az is not installed: skipping its row');
      return figures;
    }
    const sample = az.subscriptionIds.slice(0, sampleSize);
    const values: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      const startedAt = performance.now();
      for (const id of sample) az.listVirtualMachines(id);
      const eachMs = (performance.now() - startedAt) / sample.length;
      const ours = await collect(azure, join(folder.path, `${round}.sqlite`), {
        settings: { INVENTORY_POWER_STATE: 'false' },
      });
      values.push((eachMs * az.subscriptionIds.length) / (ours.endedAt - ours.startedAt));
    }
    const figure = `${name}: az vm list (${sample.length} subscriptions, scaled to all) / ours without power states`;
    figures.push({ name: figure, goal: { at: 'least', value: 150 }, values });
  }
  return figures;
}
