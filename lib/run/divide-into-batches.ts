import type { KnownSubscription, Plan, PlannedBatch } from '../inventory/plan.ts';

/** Cost is counted in machines. Each subscription adds this much: its lists are requested even if empty. */
const costOfSubscription = 40;
/** For a subscription that was never read: it may be large. */
const assumedMachines = 100;
/** Some seconds of reading: large enough to overlap a long list with others, small enough that a crash costs little. */
const costOfBatch = 2_500;
/** More would slow the orchestration: each batch replays all events before it. */
const mostBatches = 500;

/**
 * Divides subscriptions into batches of about the same work, by the machines that the last run counted. Puts the
 * biggest subscription first, each into the batch with the least work. Batches with the most work come first.
 * @param left the subscriptions of the plan that are still to be read
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
