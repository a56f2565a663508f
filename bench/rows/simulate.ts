import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { type Scenario, type SimulatedRun, simulate } from '../simulate.ts';
import type { Figure } from '../support/figure.ts';
import type { BenchOptions } from '../support/sizes.ts';

const hostSchema = v.object({
  extensions: v.object({ durableTask: v.object({ maxConcurrentActivityFunctions: v.number() }) }),
});
const host = v.parse(hostSchema, JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8')));
const batchesAtOnce = host.extensions.durableTask.maxConcurrentActivityFunctions;

const many = { subscriptions: 10_000, machines: 100, busy: 0 };
const large = { subscriptions: 50, machines: 5000, busy: 0 };

/** Runs over large tenants in virtual time. They are reproducible, so one round suffices. */
export async function measureSimulation({ lists }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  const measure = async (tenant: Omit<Scenario, 'instances' | 'batchesAtOnce' | 'lists'>, instances: number) => {
    const scenario = { ...tenant, instances, batchesAtOnce, lists };
    const run = await simulate(scenario);
    const name = nameOf(scenario);
    console.log(`${name}: ${run.requests} requests, ${seconds(run.wallMs)}, bound ${seconds(run.boundMs)}`);
    figures.push(...figuresOf(name, scenario, run));
  };
  for (const tenant of [many, large]) for (const instances of [1, 4, 16]) await measure(tenant, instances);
  await measure({ subscriptions: 2, machines: 100_000, busy: 0 }, 1);
  for (const instances of [1, 4]) await measure({ ...many, busy: 100 }, instances);
  return figures;
}

function figuresOf(name: string, { busy }: Scenario, run: SimulatedRun): Figure[] {
  const figure = (what: string, value: number, goal: number): Figure => ({
    name: `${name}: ${what}`,
    goal: { at: 'most', value: goal },
    values: [value],
  });
  const caused = figure('answers 429 caused', run.refusals.caused, 0);
  const fairness = figure('slowest subscription / median', run.slowestOverMedian, 2.5);
  if (busy === 0) return [figure('wall / bound', run.wallMs / run.boundMs, 1.3), caused, fairness];
  return [
    figure('wall of the others / bound', run.othersMs / run.boundMs, 1.3),
    { ...figure('wall', run.wallMs / 1000, 600), unit: 's' },
    caused,
    figure('answers 429 for each that others keep empty', run.refusals.all / busy, 15),
    fairness,
  ];
}

function nameOf({ subscriptions, machines, busy, instances }: Scenario): string {
  const kept = busy === 0 ? '' : `, ${busy} of them kept empty by others`;
  return `simulated ${subscriptions} × ${machines}${kept}, ${instances} ${instances === 1 ? 'instance' : 'instances'}`;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
