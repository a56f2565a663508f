import type { InventoryStore } from '../azure/store/open-store.ts';
import { planRun } from '../collect/plan-run.ts';
import { readKnownSubscriptions } from '../database/queries/coverage/subscriptions-at.ts';
import { readNewestSeq } from '../database/queries/runs.ts';
import { InventoryError } from '../errors.ts';
import type { RecordedPlan } from '../inventory/plan.ts';
import { publicationDamaged } from '../published/database-file.ts';
import { type DatabaseReader, newestOrNull } from '../published/database-reader.ts';
import { divideIntoBatches } from './divide-into-batches.ts';
import { batchesToResume } from './resume-batches.ts';
import type { RunEnvironment } from './run-environment.ts';
import { advance } from './run-record.ts';
import { watchRun } from './watch-run.ts';

/**
 * First step of a run: decides what to read, in which batches, and records the plan. A recorded plan is never replaced.
 * @returns how many batches to read; their numbers begin with 0
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
  const subscriptionsDone = resumedSubscriptions(recorded);
  await advance(store, runId, { step: 'collect', subscriptionsTotal: subscriptions, subscriptionsDone }, watch.signal);
  return { batches: batches.filter(({ takenFrom }) => takenFrom === null).length, subscriptions };
}

/** The plan that the first step recorded. @throws {InventoryError} `PlanMissing` */
export async function readPlan(
  store: Pick<InventoryStore, 'plans'>,
  runId: string,
  signal: AbortSignal,
): Promise<RecordedPlan> {
  const recorded = await store.plans.read(runId, signal);
  if (recorded !== null) return recorded;
  throw new InventoryError('PlanMissing', `Run ${runId} has no recorded plan`, { hint: 'Start a new run' });
}

/** How many subscriptions of a plan are in batches of an earlier run. */
export function resumedSubscriptions({ batches }: RecordedPlan): number {
  const resumed = batches.filter(({ takenFrom }) => takenFrom !== null);
  return resumed.reduce((sum, { subscriptionIds }) => sum + subscriptionIds.length, 0);
}

async function makePlan(environment: RunEnvironment, runId: string, signal: AbortSignal): Promise<RecordedPlan> {
  const { store, reader, session, settings, resumeWithinMs } = environment;
  const { known, afterSeq } = await readPublished(reader, signal);
  const record = await store.runs.read(runId, signal);
  if (record === null) throw new InventoryError('RunNotFound', `There is no run ${runId}`);
  const { trigger, startedAt, scope } = record.run;
  const principalId = await session.principalId(signal);
  const plan = await planRun({
    arm: session.arm,
    settings,
    known,
    afterSeq,
    principalId,
    runId,
    trigger,
    startedAt,
    scope,
    signal,
  });
  const resumed = await batchesToResume(store, plan, resumeWithinMs, signal);
  const alreadyRead = new Set(resumed.batches.flatMap(({ subscriptionIds }) => subscriptionIds));
  const left = plan.subscriptions.filter(({ subscriptionId }) => !alreadyRead.has(subscriptionId));
  const batches = divideIntoBatches(left, known).concat(resumed.batches);
  return store.plans.write({ ...plan, afterSeq: resumed.afterSeq }, batches, signal);
}

/**
 * What the published inventory follows, and the `seq` of its newest run. A damaged one stops the run now, because it
 * could not be published.
 */
async function readPublished(reader: DatabaseReader, signal: AbortSignal) {
  using current = await newestOrNull(reader, signal);
  if (current === null) return { known: [], afterSeq: 0 };
  if (current.damaged) throw publicationDamaged(current.latest);
  return { known: readKnownSubscriptions(current.database), afterSeq: readNewestSeq(current.database) };
}
