import type { Plan, ReadingSink, Verification } from '../../inventory/reading.ts';
import type { Run } from '../../inventory/run.ts';
import { beginTransaction, type Database } from '../database.ts';
import { getRun } from '../queries/runs.ts';
import { createMergeContext, type MergeOptions } from './context.ts';
import { deferIndexes } from './deferred-indexes.ts';
import { finishMerge } from './finish.ts';
import { type AbsentMachine, openSubscriptionMerge, type SubscriptionMerge } from './subscription-merge.ts';
import { writeSubscriptionVersions } from './subscription-versions.ts';
import { endSubscriptionMachines, forgetAttachments } from './whole-subscription.ts';

/**
 * One run on its way into the database: a sink for what is read, then the checks by id, then one commit.
 * Everything happens in one transaction, so that until `commit` readers see the state before.
 */
export interface Merge extends ReadingSink {
  /** Machines that complete lists left out. Each must be read by its id, and `verified` told, before the commit. */
  absent(): readonly AbsentMachine[];
  verified(machine: number, verification: Verification): void;
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
  const absentOf = new Map<number, SubscriptionMerge>();
  return {
    begin(subscriptionId, readAt) {
      const quiet = changes.quiet.has(subscriptionId);
      subscriptions.set(subscriptionId, openSubscriptionMerge(context, subscriptionId, Date.parse(readAt), quiet));
    },
    machines: (subscriptionId, page) => mergeOf(subscriptionId).machines(page),
    powerStates: (subscriptionId, page) => mergeOf(subscriptionId).powerStates(page),
    end: (reading) => mergeOf(reading.subscriptionId).end(reading),
    absent() {
      const all = [...subscriptions.values()].flatMap((subscription) =>
        subscription.absent().map((machine) => ({ machine, subscription })),
      );
      for (const { machine, subscription } of all) absentOf.set(machine.machine, subscription);
      return all.map(({ machine }) => machine);
    },
    verified(machine, verification) {
      const subscription = absentOf.get(machine);
      if (subscription === undefined) throw new Error(`machine ${machine} was not asked about`);
      subscription.verified(machine, verification);
    },
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
