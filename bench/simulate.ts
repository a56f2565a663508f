import { type ArmClient, createArmClient } from '../lib/azure/resource-manager/client/arm-client.ts';
import { collectSubscriptions } from '../lib/collect/collect-subscriptions.ts';
import { planRun } from '../lib/collect/plan-run.ts';
import type { CoverageStatus } from '../lib/inventory/coverage.ts';
import type { Plan, PlannedSubscription } from '../lib/inventory/plan.ts';
import type { KindReading, ReadingEvent } from '../lib/inventory/reading.ts';
import { divideIntoBatches } from '../lib/run/divide-into-batches.ts';
import { readSettings } from '../lib/settings.ts';
import { documentedLimits } from '../local/azure/faults/rate-limits.ts';
import { createVirtualClock } from '../test/support/virtual-clock.ts';
import { withFurtherLists } from './support/further-lists.ts';
import { createSimulatedAzure, type SimulatedTenant, type SubscriptionTrace } from './support/simulated-azure.ts';

export interface Scenario extends SimulatedTenant {
  readonly instances: number;
  /** Batches that an instance reads at the same time. */
  readonly batchesAtOnce: number;
  /** Lists per subscription. The simulation adds those that the collector does not read itself. */
  readonly lists: number;
}

export interface SimulatedRun {
  /** From the first batch to the last answer. */
  readonly wallMs: number;
  /** The same, without the subscriptions that others keep busy. */
  readonly othersMs: number;
  /** Lower bound by latency and quota, without waits for busy subscriptions. */
  readonly boundMs: number;
  /** Without answers 429. */
  readonly requests: number;
  /** All answers 429, and those that this run caused itself. */
  readonly refusals: { readonly all: number; readonly caused: number };
  /** Reading times of the subscriptions that are not busy: the slowest over the median. */
  readonly slowestOverMedian: number;
  /** Statuses of the machine lists. */
  readonly statuses: Partial<Record<CoverageStatus, number>>;
}

const settings = readSettings({});
const startedAt = '2026-11-21T00:00:00Z';
const cloud = { resourceManagerEndpoint: 'https://management.azure.com', audience: 'https://management.azure.com' };
const tokens = { token: async () => ({ token: 'token', expiresOnTimestamp: Number.POSITIVE_INFINITY }) };

/**
 * Reads a whole tenant in virtual time, with the product's own plan, batches, collecting, pacing and gates. Only the
 * network and Azure are simulated. CPU work and the distribution of batches take no time.
 */
export async function simulate(scenario: Scenario): Promise<SimulatedRun> {
  const alone = { ...scenario, subscriptions: 1, machines: 1, busy: 0, instances: 1, batchesAtOnce: 1 };
  const [one] = (await read(alone, 0)).azure.traces.values();
  const { azure, readings, wallMs, startMs } = await read(scenario, scenario.lists - (one?.latencyMs.size ?? 0));
  const others = [...azure.traces].filter(([id]) => !azure.isBusy(id)).map(([, trace]) => trace);
  const durations = others.map((trace) => trace.lastAnswerAt - trace.firstRequestAt).sort((a, b) => a - b);
  const statuses: Partial<Record<CoverageStatus, number>> = {};
  for (const { kind, status } of readings) {
    if (kind === 'virtualMachines') statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return {
    wallMs,
    othersMs: Math.max(...others.map((trace) => trace.lastAnswerAt)) - startMs,
    boundMs: boundOf([...azure.traces.values()], scenario.instances * settings.concurrency),
    requests: [...azure.traces.values()].reduce((sum, { requests }) => sum + requests, 0),
    refusals: azure.refusals,
    slowestOverMedian: (durations.at(-1) ?? Number.NaN) / (durations[durations.length >> 1] ?? Number.NaN),
    statuses,
  };
}

async function read(scenario: Scenario, furtherLists: number) {
  const clock = createVirtualClock();
  const azure = createSimulatedAzure(scenario, clock);
  const { signal } = new AbortController();
  const openInstance = (): ArmClient =>
    createArmClient({ cloud, tokens, concurrency: settings.concurrency, clock, httpClient: azure.httpClient });
  const planning = { arm: openInstance(), settings, known: [], principalId: null, scope: null, signal };
  const plan = await clock.run(planRun({ ...planning, runId: 'run', trigger: 'timer', startedAt }));
  const batches = batchesOf(plan, scenario.machines).values();
  const readings: KindReading[] = [];
  const sink = (event: ReadingEvent): void => {
    if (event.type === 'end') readings.push(event.reading);
  };
  const startMs = clock.now();
  const readBatches = async (arm: ArmClient): Promise<void> => {
    for (const subscriptions of batches) {
      await collectSubscriptions({ arm, plan, subscriptions, sink, signal });
    }
  };
  const instances = Array.from({ length: scenario.instances }, () => withFurtherLists(openInstance(), furtherLists));
  // Instances take batches in turn.
  const workers = Array.from({ length: scenario.batchesAtOnce }, () => instances.map(readBatches)).flat();
  await clock.run(Promise.all(workers));
  return { azure, readings, wallMs: clock.now() - startMs, startMs };
}

/** The batches of a run whose predecessor counted the machines. */
function batchesOf(plan: Plan, machineCount: number): readonly (readonly PlannedSubscription[])[] {
  const known = plan.subscriptions.map(({ subscriptionId, displayName }) => ({
    subscriptionId,
    displayName,
    machineCount,
    visibility: 'visible' as const,
  }));
  const planned = new Map(plan.subscriptions.map((one) => [one.subscriptionId, one]));
  return divideIntoBatches(plan.subscriptions, known).map(({ subscriptionIds }) =>
    subscriptionIds.flatMap((id) => planned.get(id) ?? []),
  );
}

/**
 * The longest of: the total network time divided by the requests in flight; the longest chain of pages; the time that
 * the buckets of one subscription require.
 */
function boundOf(traces: readonly SubscriptionTrace[], concurrency: number): number {
  let network = 0;
  let longest = 0;
  for (const { latencyMs, requests, computeLists } of traces) {
    for (const chain of latencyMs.values()) {
      network += chain;
      longest = Math.max(longest, chain);
    }
    const { reads, computeLists: lists } = documentedLimits;
    longest = Math.max(
      longest,
      ((requests - reads.burst) / reads.perSecond) * 1000,
      ((computeLists - lists.burst) / lists.perSecond) * 1000,
    );
  }
  return Math.max(network / concurrency, longest);
}
