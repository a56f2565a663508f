import { forEachBounded } from '../async/for-each-bounded.ts';
import type { InventoryStore } from '../azure/store/open-store.ts';
import { type ErrorCode, hasCode } from '../errors.ts';
import { addressOf, type Plan, type PlannedBatch, type RecordedPlan } from '../inventory/plan.ts';

const atOnce = 32;
/** How many runs before this one may lack a plan. */
const runsLookedAt = 5;

export interface ResumedBatches {
  readonly batches: readonly PlannedBatch[];
  /** `Plan.afterSeq` for these batches and the plan together. */
  readonly afterSeq: number;
}

/**
 * Finished batches of the last run with a plan, if it timed out before it could publish them: what they hold is not
 * read again. Leaves out batches that are older than the time between two runs, that were read differently (other
 * kinds, another identity), or that hold a subscription which this run does not read.
 * @param maxAgeMs by the storage service's clock
 */
export async function batchesToResume(
  store: Pick<InventoryStore, 'runs' | 'plans' | 'batches'>,
  plan: Plan,
  maxAgeMs: number,
  signal: AbortSignal,
): Promise<ResumedBatches> {
  const { afterSeq = 0 } = plan;
  const recorded = await timedOutPlan(store, plan.runId, signal);
  if (recorded === null || !isReadAlike(recorded.plan, plan)) return { batches: [], afterSeq };
  const skippedThen = skipCodes(recorded.plan);
  const skippedNow = skipCodes(plan);
  const batches: PlannedBatch[] = [];
  await forEachBounded([...recorded.batches.entries()], atOnce, signal, async ([batch, { subscriptionIds }], abort) => {
    if (!subscriptionIds.every((id) => skippedNow.has(id) && skippedNow.get(id) === skippedThen.get(id))) return;
    const address = addressOf(recorded, batch);
    const ageMs = await store.batches.ageMs(address, abort).catch(nullFor('BatchOfAnotherPlan'));
    if (ageMs !== null && ageMs < maxAgeMs) batches.push({ subscriptionIds, takenFrom: address });
  });
  return { batches, afterSeq: batches.length === 0 ? afterSeq : Math.min(afterSeq, recorded.plan.afterSeq ?? 0) };
}

/** What cannot be resumed is read again. */
function nullFor(code: ErrorCode): (error: unknown) => null {
  return (error) => {
    if (hasCode(error, code)) return null;
    throw error;
  };
}

/** The plan of the previous run, if that timed out. Runs without a plan have read nothing and are skipped. */
async function timedOutPlan(
  store: Pick<InventoryStore, 'runs' | 'plans'>,
  runId: string,
  signal: AbortSignal,
): Promise<RecordedPlan | null> {
  for (const { id, status } of await store.runs.list(runsLookedAt, signal, runId)) {
    const recorded = await store.plans.read(id, signal).catch(nullFor('StoredJsonUnreadable'));
    if (recorded !== null) return status === 'timedOut' ? recorded : null;
  }
  return null;
}

/**
 * Does not compare `batchVersion` (lib/collect/batch/batch-rows.ts). If you raise it, also record it in the plan and
 * compare it here. Otherwise the first run after an update can resume an old batch and fail with `BatchDamaged`.
 */
function isReadAlike(one: Plan, other: Plan): boolean {
  const howOf = ({ kinds, clientIds, principalId }: Plan): string => JSON.stringify([kinds, clientIds, principalId]);
  return howOf(one) === howOf(other);
}

/** Why each subscription is skipped; null = it is read. */
function skipCodes({ subscriptions }: Plan): ReadonlyMap<string, string | null> {
  return new Map(subscriptions.map(({ subscriptionId, skip }) => [subscriptionId, skip?.code ?? null]));
}
