import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { startAzurite } from '../../test/support/azurite.ts';
import { type AzureProcess, machinesOf, startAzure } from '../support/azure-process.ts';
import { type Figure, quartilesOf } from '../support/figure.ts';
import { measureProcess } from '../support/measured-process.ts';
import { scratchFolder } from '../support/scratch.ts';
import { type BenchOptions, sizes } from '../support/sizes.ts';

const program = new URL('../soak-runs.ts', import.meta.url).pathname;
const wire = { latencyMs: 0, limits: false };
const sampleSchema = v.object({
  rssBytes: v.number(),
  descriptors: v.number(),
  files: v.number(),
  liveBytes: v.optional(v.number()),
});
type Sample = v.InferOutput<typeof sampleSchema>;

/** Many runs of a small tenant in one process: memory and open descriptors, last tenth against first tenth. */
export async function measureSoak({ runs }: BenchOptions): Promise<Figure[]> {
  await using azure = await startAzure({ subscriptions: 3, vms: 20 }, wire);
  return figuresOf(`${runs ?? 1000} runs in one process`, await takeRuns(azure, runs ?? 1000));
}

/** The same with 20,000 machines, each run with the changes of a day. */
export async function measureSoakOfChanges({ runs }: BenchOptions): Promise<Figure[]> {
  await using azure = await startAzure(sizes.M, wire);
  const what = `${runs ?? 200} runs of ${machinesOf(sizes.M)} machines with changes`;
  return figuresOf(what, await takeRuns(azure, runs ?? 200, [azure.stateUrl]));
}

async function takeRuns(azure: AzureProcess, runs: number, further: readonly string[] = []): Promise<Sample[]> {
  await using folder = await scratchFolder();
  const azurite = await startAzurite();
  try {
    const { output } = await measureProcess([program, String(runs), folder.path, ...further], {
      ...azure.environment.AppService,
      AzureWebJobsStorage: azurite.connectionString,
      INVENTORY_CONTAINER: `soak-${randomUUID()}`,
    });
    return output
      .trim()
      .split('\n')
      .map((line) => v.parse(sampleSchema, JSON.parse(line)));
  } finally {
    await azurite.stop();
  }
}

function figuresOf(name: string, samples: readonly Sample[]): Figure[] {
  const figure = (what: string, most: number, value: number): Figure => ({
    name: `${name}, last tenth / first tenth: ${what}`,
    goal: { at: 'most', value: most },
    values: [value],
  });
  const live = samples.flatMap(({ liveBytes }) => liveBytes ?? []);
  return [
    figure('RSS', 1.05, growthOf(samples.map(({ rssBytes }) => rssBytes))),
    figure('memory in use after a collection', 1.05, growthOf(live)),
    figure('open descriptors', 1, growthOf(samples.map(({ descriptors }) => descriptors))),
    figure('open files', 1, growthOf(samples.map(({ files }) => files))),
  ];
}

/** Median of the last tenth of the values against that of the first tenth. */
export function growthOf(values: readonly number[]): number {
  const tenth = Math.ceil(values.length / 10);
  return quartilesOf(values.slice(-tenth)).median / quartilesOf(values.slice(0, tenth)).median;
}
