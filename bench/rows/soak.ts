import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { startAzurite } from '../../test/support/azurite.ts';
import { startAzure } from '../support/azure-process.ts';
import { type Figure, quartilesOf } from '../support/figure.ts';
import { measureProcess } from '../support/measured-process.ts';
import { scratchFolder } from '../support/scratch.ts';
import type { BenchOptions } from '../support/sizes.ts';

const program = new URL('../soak-runs.ts', import.meta.url).pathname;
const sampleSchema = v.object({
  rssBytes: v.number(),
  descriptors: v.number(),
  files: v.number(),
  liveBytes: v.optional(v.number()),
});
type Sample = v.InferOutput<typeof sampleSchema>;

/** Many runs of a small tenant in one process: memory and open descriptors, last tenth against first tenth. */
export async function measureSoak({ runs }: BenchOptions): Promise<Figure[]> {
  await using azure = await startAzure({ subscriptions: 3, vms: 20 }, { latencyMs: 0, limits: false });
  await using folder = await scratchFolder();
  const azurite = await startAzurite();
  try {
    const environment = { AzureWebJobsStorage: azurite.connectionString, INVENTORY_CONTAINER: `soak-${randomUUID()}` };
    const { output } = await measureProcess([program, String(runs), folder.path], {
      ...azure.environment.AppService,
      ...environment,
    });
    const samples = output
      .trim()
      .split('\n')
      .map((line) => v.parse(sampleSchema, JSON.parse(line)));
    const ratio = (of: (sample: Sample) => number): number => {
      const tenth = Math.ceil(samples.length / 10);
      const median = (some: readonly Sample[]): number => quartilesOf(some.map(of)).median;
      return median(samples.slice(-tenth)) / median(samples.slice(0, tenth));
    };
    const live = samples.flatMap(({ liveBytes }) => liveBytes ?? []);
    const what = `${samples.length} runs in one process, last tenth / first tenth`;
    return [
      { name: `${what}: RSS`, goal: { at: 'most', value: 1.1 }, values: [ratio(({ rssBytes }) => rssBytes)] },
      {
        name: `${what}: memory in use after a collection`,
        goal: { at: 'most', value: 1.1 },
        values: [(live.at(-1) ?? Number.NaN) / (live[0] ?? Number.NaN)],
      },
      { name: `${what}: open descriptors`, goal: { at: 'most', value: 1 }, values: [ratio((one) => one.descriptors)] },
      { name: `${what}: open files`, goal: { at: 'most', value: 1 }, values: [ratio(({ files }) => files)] },
    ];
  } finally {
    await azurite.stop();
  }
}
