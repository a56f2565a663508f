import type { BatchCounts } from '../azure/store/inventory-store.ts';
import { planHash } from '../azure/store/plans.ts';
import { type KnownSubscription, readKnownSubscriptions } from '../database/queries/known-subscriptions.ts';
import { InventoryError } from '../errors.ts';
import type { Plan } from '../inventory/reading.ts';
import type { Run } from '../inventory/run.ts';
import { collectBatch } from './collect-batch.ts';
import type { DatabaseReader } from './current-database.ts';
import { publicationDamaged } from './database-file.ts';
import type { RunRequest } from './in-process-run.ts';
import { planRun } from './plan.ts';
import { groupsOf } from './plan-groups.ts';
import type { ProgressWriter } from './progress-writer.ts';
import { publishRun } from './publish.ts';
import { verifyMachine } from './verify.ts';

/** Plan, collect and publish, each on record before the next begins. */
export async function runSteps(
  request: RunRequest,
  run: Run,
  progress: ProgressWriter,
  signal: AbortSignal,
): Promise<Run> {
  const { store, session, settings, folder, warn } = request;
  const { arm } = session;
  const plan = await makePlan(request, run, signal);
  await store.plans.write(plan, signal);
  const hash = planHash(plan);
  await progress.step({ step: 'collect', subscriptionsTotal: plan.subscriptions.length });

  const done = { subscriptions: 0, virtualMachines: 0, requests: 0 };
  const add = (counts: BatchCounts): void => {
    done.subscriptions += counts.subscriptions;
    done.virtualMachines += counts.virtualMachines;
    done.requests += counts.requests;
  };
  for (const group of groupsOf(plan)) {
    const counts = await collectBatch({
      ...{ store, arm, plan, planHash: hash, group, folder, signal },
      onProgress: (batch) =>
        progress.report({
          subscriptionsDone: done.subscriptions + batch.subscriptionsDone,
          virtualMachines: done.virtualMachines + batch.virtualMachines,
          requests: done.requests + batch.requests,
        }),
    });
    add(counts);
  }
  await progress.step({
    step: 'publish',
    subscriptionsDone: done.subscriptions,
    virtualMachines: done.virtualMachines,
    requests: done.requests,
  });

  const verify = (id: string, both: AbortSignal) => verifyMachine(arm, id, both);
  return publishRun({
    store,
    plan,
    planHash: hash,
    settings,
    verify,
    folder,
    signal,
    onProgress: () => progress.report({}),
    warn,
  });
}

async function makePlan(
  { session, settings, reader, scope }: RunRequest,
  run: Run,
  signal: AbortSignal,
): Promise<Plan> {
  return planRun({
    arm: session.arm,
    settings,
    known: await knownSubscriptions(reader, signal),
    principalId: await session.principalId(signal),
    runId: run.id,
    trigger: run.trigger,
    startedAt: run.startedAt,
    scope,
    signal,
  });
}

/** What the published inventory follows. A damaged one stops the run before it costs anything: nothing could be published. */
async function knownSubscriptions(reader: DatabaseReader, signal: AbortSignal): Promise<readonly KnownSubscription[]> {
  try {
    const current = await reader.current(signal);
    try {
      if (current.damaged) throw publicationDamaged(current.latest);
      return readKnownSubscriptions(current.database);
    } finally {
      current.release();
    }
  } catch (error) {
    if (error instanceof InventoryError && error.code === 'InventoryNotReady') return [];
    throw error;
  }
}
