import { planRun } from '../collect/plan.ts';
import { readKnownSubscriptions } from '../database/queries/coverage/subscriptions-at.ts';
import { readNewestSeq } from '../database/queries/runs.ts';
import { hasCode, InventoryError } from '../errors.ts';
import type { KnownSubscription, RecordedPlan } from '../inventory/plan.ts';
import type { DatabaseReader } from '../published/current-database.ts';
import { publicationDamaged } from '../published/database-file.ts';
import { batchesToTakeOver } from './resume-batches.ts';
import { divideIntoBatches } from './run-batches.ts';
import type { RunEnvironment } from './run-environment.ts';
import { advance } from './run-progress.ts';
import { watchRun } from './watch-run.ts';

/**
 * First step of a run: decides what is to be read, in which batches, and puts it on record. A plan that is on record stands.
 * @returns the number of batches to read: 0, 1, … up to it
 * @throws {RunEndedError} the run was cancelled or timed out
 * @throws {InventoryError} `DatabaseDamaged`; what `planRun` throws; the store's own
 */
export async function planStep(
  environment: RunEnvironment,
  runId: string,
  signal: AbortSignal,
): Promise<{ readonly batches: number; readonly subscriptions: number }> {
  const { store } = environment;
  await using watch = await watchRun(environment, runId, signal);
  const recorded = (await store.plans.read(runId, watch.signal)) ?? (await makePlan(environment, runId, watch.signal));
  const { plan, batches } = recorded;
  const subscriptions = plan.subscriptions.length;
  const change = {
    step: 'collect',
    subscriptionsTotal: subscriptions,
    subscriptionsDone: takenOver(recorded),
  } as const;
  await advance(store, runId, change, watch.signal);
  return { batches: batches.filter(({ takenFrom }) => takenFrom === null).length, subscriptions };
}

/** Subscriptions of a plan that an earlier run has read for it. */
export function takenOver({ batches }: RecordedPlan): number {
  return batches.reduce(
    (sum, { takenFrom, subscriptionIds }) => sum + (takenFrom === null ? 0 : subscriptionIds.length),
    0,
  );
}

async function makePlan(environment: RunEnvironment, runId: string, signal: AbortSignal): Promise<RecordedPlan> {
  const { store, reader, session, settings, takeOverMs } = environment;
  const { known, afterSeq } = await published(reader, signal);
  const record = await store.runs.read(runId, signal);
  if (record === null) throw new InventoryError('RunNotFound', `There is no run ${runId}`);
  const { trigger, startedAt, scope } = record.run;
  const plan = await planRun({
    arm: session.arm,
    settings,
    known,
    afterSeq,
    principalId: await session.principalId(signal),
    runId,
    trigger,
    startedAt,
    scope,
    signal,
  });
  const { taken, afterSeq: allAfter } = await batchesToTakeOver(store, plan, takeOverMs, signal);
  const readAlready = new Set(taken.flatMap(({ subscriptionIds }) => subscriptionIds));
  const left = plan.subscriptions.filter(({ subscriptionId }) => !readAlready.has(subscriptionId));
  return store.plans.write({ ...plan, afterSeq: allAfter }, [...divideIntoBatches(left, known), ...taken], signal);
}

interface Published {
  readonly known: readonly KnownSubscription[];
  /** Of its newest run. */
  readonly afterSeq: number;
}

/** What the published inventory follows. A damaged one stops the run before it costs anything: nothing could be published. */
async function published(reader: DatabaseReader, signal: AbortSignal): Promise<Published> {
  try {
    using current = await reader.newest(signal);
    if (current.damaged) throw publicationDamaged(current.latest);
    return { known: readKnownSubscriptions(current.database), afterSeq: readNewestSeq(current.database) };
  } catch (error) {
    if (hasCode(error, 'InventoryNotReady')) return { known: [], afterSeq: 0 };
    throw error;
  }
}
