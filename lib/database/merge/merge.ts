import type { Plan } from '../../inventory/plan.ts';
import type { FollowUp, ReadingEvent, SourceEvent } from '../../inventory/reading.ts';
import type { Run } from '../../inventory/run.ts';
import { beginTransaction, commitTransaction, type Database } from '../database.ts';
import { getRun } from '../queries/runs.ts';
import { createMergeContext } from './create-merge-context.ts';
import { deferIndexes } from './deferred-indexes.ts';
import { changeTenants, endSubscriptions } from './end-subscription.ts';
import { finishMerge } from './finish.ts';
import { followUpRounds } from './follow-ups.ts';
import type { MergeOptions } from './merge-context.ts';
import { openSubscriptionMerge, type SubscriptionMerge } from './subscription-merge.ts';
import { writeSubscriptionVersions } from './subscription-versions.ts';

/**
 * The merge of one run into the database: it takes the readings, then asks its own questions, then commits. All of it
 * is one transaction: readers see the earlier state until `commit`.
 */
export interface Merge {
  /** Takes a reading of this run, or of another deployment. */
  readonly write: (event: ReadingEvent | SourceEvent) => void;
  /**
   * The next round of questions to Azure. Ask each and pass the result to its `answer` before the next round, and
   * finish all rounds before the commit. Empty = no more questions.
   */
  followUps(): readonly FollowUp[];
  /**
   * Settles everything. Then the changes of the run are in the database, before the commit.
   * @returns the number of the run; null if the run was in the database before
   */
  finish(): number | null;
  /**
   * Call it again after an error, or close the database to discard everything.
   * @throws {InventoryError} `DatabaseBusy`: another program is reading the database
   */
  commit(): Run;
}

/**
 * Begins the merge of a run. If the run is already in the database, `commit` returns the stored run.
 * @throws {InventoryError} `DatabaseBusy`: another program is writing to it
 */
export function openMerge(database: Database, plan: Plan, options: MergeOptions): Merge {
  beginTransaction(database);
  try {
    return beginMerge(database, plan, options);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function beginMerge(database: Database, plan: Plan, options: MergeOptions): Merge {
  const merged = getRun(database, plan.runId);
  const context = createMergeContext(database, plan, options.ignoredTags, Date.parse(options.finishedAt()));
  let makeIndexes = deferIndexes(database);
  const changes = writeSubscriptionVersions(context);
  endSubscriptions(context, changes.outOfScope, 'outOfScope');
  changeTenants(context, changes.tenantChanged);

  const subscriptions = new Map<string, SubscriptionMerge>();
  const mergeOf = (subscriptionId: string): SubscriptionMerge => {
    const found = subscriptions.get(subscriptionId);
    if (found === undefined) throw new Error(`no reading of subscription ${subscriptionId} has begun`);
    return found;
  };
  let finished: Run | null = null;
  const rounds = followUpRounds(context, subscriptions);
  /** After all lists, look-ups need every index. */
  const endLists = (): void => {
    makeIndexes();
    makeIndexes = () => undefined;
  };
  const settle = (): Run => {
    endLists();
    finished ??= finishMerge(context, [...subscriptions.values()], changes, options);
    return finished;
  };
  const begin = (source: string | null, subscriptionId: string, readAt: string): void => {
    const quiet = changes.quiet.has(subscriptionId);
    const at = Date.parse(readAt);
    subscriptions.set(subscriptionId, openSubscriptionMerge(context, subscriptionId, at, quiet, source));
  };
  return {
    write(event) {
      switch (event.type) {
        case 'begin':
          begin(null, event.subscriptionId, event.readAt);
          break;
        case 'beginFrom':
          begin(event.source, event.subscriptionId, event.readAt);
          break;
        case 'roleDefinitions':
          for (const definition of event.rows) context.roles.define(definition);
          break;
        case 'end':
          mergeOf(event.reading.subscriptionId).end(event.reading);
          break;
        default:
          mergeOf(event.subscriptionId).merge(event);
      }
    },
    followUps() {
      endLists();
      // A for-of loop would close the generator after the first round.
      for (let round = rounds.next(); round.done !== true; round = rounds.next()) {
        if (round.value.length > 0) return round.value;
      }
      return [];
    },
    finish() {
      if (merged !== null) return null;
      settle();
      return context.seq;
    },
    commit() {
      if (merged !== null) {
        database.exec('ROLLBACK');
        return merged;
      }
      const run = settle();
      commitTransaction(database);
      return run;
    },
  };
}
