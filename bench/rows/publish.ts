import { randomUUID } from 'node:crypto';
import { startAzurite } from '../../test/support/azurite.ts';
import type { Figure } from '../support/figure.ts';
import { measureProcess, type ProcessUsage } from '../support/measured-process.ts';
import { scratchFolder } from '../support/scratch.ts';
import type { BenchOptions } from '../support/sizes.ts';

const step = new URL('../publish-step.ts', import.meta.url).pathname;

/** A separate process publishes an unchanged run through Azurite: memory, and time against a tenth of the machines. */
export async function measurePublish({ rounds, sizes }: BenchOptions): Promise<Figure[]> {
  const machines = sizes.includes('L') ? 1_000_000 : 20_000;
  const small = await publishUnchanged(machines / 10, rounds);
  const large = await publishUnchanged(machines, rounds);
  const elapsed = ({ startedAt, endedAt }: ProcessUsage): number => endedAt - startedAt;
  const ratios = large.flatMap((usage, round) => {
    const less = small[round];
    return less === undefined ? [] : [elapsed(usage) / elapsed(less)];
  });
  const what = `publish of an unchanged run, ${machines} machines`;
  const peaks = large.map(({ peakRssBytes }) => peakRssBytes / 2 ** 20);
  return [
    { name: `${what}: peak RSS`, goal: { at: 'most', value: 512 }, values: peaks, unit: 'MB' },
    { name: `${what} / ${machines / 10}: time`, goal: { at: 'most', value: 12 }, values: ratios },
  ];
}

async function publishUnchanged(machines: number, rounds: number): Promise<readonly ProcessUsage[]> {
  await using folder = await scratchFolder();
  const azurite = await startAzurite();
  try {
    const environment = { AzureWebJobsStorage: azurite.connectionString, INVENTORY_CONTAINER: `bench-${randomUUID()}` };
    const run = (name: 'collect' | 'publish', number: number): Promise<ProcessUsage> =>
      measureProcess([step, name, String(number), String(machines), folder.path], environment);
    const measured: ProcessUsage[] = [];
    // Run 0 creates the database that the others leave unchanged.
    for (let number = 0; number <= rounds; number++) {
      await run('collect', number);
      const usage = await run('publish', number);
      if (number > 0) measured.push(usage);
    }
    return measured;
  } finally {
    await azurite.stop();
  }
}
