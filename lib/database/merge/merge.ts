import type { FollowUp, Plan, ReadingSink } from '../../inventory/reading.ts';
import type { Run } from '../../inventory/run.ts';
import { beginTransaction, type Database } from '../database.ts';
import { getRun } from '../queries/runs.ts';
import { createMergeContext, type MergeOptions } from './context.ts';
import { deferIndexes } from './deferred-indexes.ts';
import { finishMerge } from './finish.ts';
import { openSubscriptionMerge, type SubscriptionMerge } from './subscription-merge.ts';
import { writeSubscriptionVersions } from './subscription-versions.ts';
import { endSubscriptionMachines, forgetAttachments } from './whole-subscription.ts';

/**
 * One run on its way into the database: a sink for what is read, then questions that only it knows to ask, then one commit.
 * Everything happens in one transaction, so that until `commit` readers see the state before.
 */
export interface Merge extends ReadingSink {
  /**
   * The next round of questions to Azure: each must be asked and its `answer` told before the next round, and all rounds
   * before the commit. Empty = nothing more to ask.
   */
  followUps(): readonly FollowUp[];
  commit(): Run;
  rollback(): void;
}

/**
 * Begins the merge of a run. A run that has been merged already is not merged again: `commit` answers the stored one.
 * @throws {InventoryError} `DatabaseBusy`: another program is writing to it
 */
export function openMerge(database: Database, plan: Plan, options: MergeOptions): Merge {
  beginTransaction(database);
  try {
    return beginMerge(database, plan, options);
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function beginMerge(database: Database, plan: Plan, options: MergeOptions): Merge {
  const merged = getRun(database, plan.runId);
  const context = createMergeContext(database, plan, options.ignoredTags);
  const makeIndexes = deferIndexes(database);
  const changes = writeSubscriptionVersions(context);
  endSubscriptionMachines(context, changes.outOfScope, 'outOfScope');
  forgetAttachments(context, changes.tenantChanged);

  const subscriptions = new Map<string, SubscriptionMerge>();
  const mergeOf = (subscriptionId: string): SubscriptionMerge => {
    const found = subscriptions.get(subscriptionId);
    if (found === undefined) throw new Error(`no reading of subscription ${subscriptionId} has begun`);
    return found;
  };
  return {
    begin(subscriptionId, readAt) {
      const quiet = changes.quiet.has(subscriptionId);
      subscriptions.set(subscriptionId, openSubscriptionMerge(context, subscriptionId, Date.parse(readAt), quiet));
    },
    machines: (subscriptionId, page) => mergeOf(subscriptionId).machines(page),
    powerStates: (subscriptionId, page) => mergeOf(subscriptionId).powerStates(page),
    identities: () => undefined,
    roleAssignments: () => undefined,
    roleDefinitions: () => undefined,
    end: (reading) => mergeOf(reading.subscriptionId).end(reading),
    followUps: () => [...subscriptions.values()].flatMap((subscription) => subscription.followUps()),
    commit() {
      if (merged !== null) {
        database.exec('ROLLBACK');
        return merged;
      }
      makeIndexes();
      const run = finishMerge(context, [...subscriptions.values()], changes, options);
      database.exec('COMMIT');
      return run;
    },
    rollback: () => database.exec('ROLLBACK'),
  };
}
