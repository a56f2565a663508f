import type { KnownSubscription, Plan, PlannedBatch } from '../inventory/plan.ts';

/** Work is counted in machines. What every subscription costs besides: its lists are asked for even when they are empty. */
const costOfSubscription = 40;
/** A subscription that was never read may be large. */
const assumedMachines = 100;
/** Some seconds of reading: large enough that long lists hide behind others, small enough that a crash costs little. */
const costOfBatch = 2_500;
/** More make an orchestration slow: each is replayed over all that came before. */
const mostBatches = 500;

/**
 * Divides subscriptions into batches of about the same work by what the last run counted: the biggest subscription first, each
 * into the batch that has least. The batches with most work come first.
 * @param left subscriptions that are to be read, of the plan
 */
export function divideIntoBatches(
  left: Plan['subscriptions'],
  known: readonly KnownSubscription[],
): readonly PlannedBatch[] {
  const machines = new Map(known.map(({ subscriptionId, machineCount }) => [subscriptionId, machineCount]));
  const costOf = (id: string): number => costOfSubscription + (machines.get(id) ?? assumedMachines);
  const costs = left.map(({ subscriptionId }) => ({ subscriptionId, cost: costOf(subscriptionId) }));
  const total = costs.reduce((sum, { cost }) => sum + cost, 0);
  const count = Math.min(Math.ceil(total / costOfBatch), mostBatches, left.length);
  const batches = Array.from({ length: count }, () => ({ cost: 0, subscriptionIds: [] as string[] }));
  for (const { subscriptionId, cost } of costs.toSorted((a, b) => b.cost - a.cost)) {
    const least = batches.reduce((one, other) => (other.cost < one.cost ? other : one));
    least.cost += cost;
    least.subscriptionIds.push(subscriptionId);
  }
  return batches
    .toSorted((a, b) => b.cost - a.cost)
    .map(({ subscriptionIds }) => ({ subscriptionIds, takenFrom: null }));
}
