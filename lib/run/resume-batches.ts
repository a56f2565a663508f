import { forEachBounded } from '../async/for-each-bounded.ts';
import type { InventoryStore } from '../azure/store/open-store.ts';
import { addressOf, type Plan, type PlannedBatch, type RecordedPlan } from '../inventory/plan.ts';

const atOnce = 32;
/** Before a run, for the newest that came to a plan. */
const runsLookedAt = 5;

/**
 * Batches that the last run which came to a plan finished and could not publish, because it timed out: what they hold is not read
 * again. Those are left that are older than the time between two runs, that were read for something else (other kinds, another identity), or
 * that hold a subscription which this run is not to read.
 * @param maxAgeMs by the storage service's clock
 * @returns the batches; and what is known to be older than all that they and the plan read, see `Plan.afterSeq`
 */
export async function batchesToTakeOver(
  store: Pick<InventoryStore, 'runs' | 'plans' | 'batches'>,
  plan: Plan,
  maxAgeMs: number,
  signal: AbortSignal,
): Promise<{ readonly taken: readonly PlannedBatch[]; readonly afterSeq: number }> {
  const { afterSeq = 0 } = plan;
  const nothing = { taken: [], afterSeq };
  const recorded = await unfinishedBefore(store, plan.runId, signal);
  if (recorded === null || !readAlike(recorded.plan, plan)) return nothing;
  const then = howRead(recorded.plan);
  const now = howRead(plan);
  const taken: PlannedBatch[] = [];
  await forEachBounded([...recorded.batches.entries()], atOnce, signal, async ([batch, { subscriptionIds }], both) => {
    if (!subscriptionIds.every((id) => now.has(id) && now.get(id) === then.get(id))) return;
    const address = addressOf(recorded, batch);
    const ageMs = await store.batches.ageMs(address, both);
    if (ageMs !== null && ageMs < maxAgeMs) taken.push({ subscriptionIds, takenFrom: address });
  });
  return { taken, afterSeq: taken.length === 0 ? afterSeq : Math.min(afterSeq, recorded.plan.afterSeq ?? 0) };
}

/** The plan of the run before, if that timed out. Runs that ended before they had a plan have read nothing, and are passed over. */
async function unfinishedBefore(
  store: Pick<InventoryStore, 'runs' | 'plans'>,
  runId: string,
  signal: AbortSignal,
): Promise<RecordedPlan | null> {
  for (const { id, status } of await store.runs.list(runsLookedAt, signal, runId)) {
    const recorded = await store.plans.read(id, signal);
    if (recorded !== null) return status === 'timedOut' ? recorded : null;
  }
  return null;
}

function readAlike(one: Plan, other: Plan): boolean {
  const howOf = ({ kinds, clientIds, principalId }: Plan): string => JSON.stringify([kinds, clientIds, principalId]);
  return howOf(one) === howOf(other);
}

/** Why each subscription is not read; null = it is. */
function howRead({ subscriptions }: Plan): ReadonlyMap<string, string | null> {
  return new Map(subscriptions.map(({ subscriptionId, skip }) => [subscriptionId, skip?.code ?? null]));
}
