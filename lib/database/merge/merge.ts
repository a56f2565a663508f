import type { Plan } from '../../inventory/plan.ts';
import type { FollowUp, ReadingEvent, SourceEvent } from '../../inventory/reading.ts';
import type { Run } from '../../inventory/run.ts';
import { beginTransaction, commitTransaction, type Database } from '../database.ts';
import { getRun } from '../queries/runs.ts';
import { createMergeContext } from './create-merge-context.ts';
import { deferIndexes } from './deferred-indexes.ts';
import { endAccess, endSubscriptions, endTenantAttachments } from './end-subscription.ts';
import { finishMerge } from './finish.ts';
import { followUpRounds } from './follow-ups.ts';
import type { MergeOptions } from './merge-context.ts';
import { openSubscriptionMerge, type SubscriptionMerge } from './subscription-merge.ts';
import { writeSubscriptionVersions } from './subscription-versions.ts';

/**
 * One run on its way into the database: a sink for what is read, then questions that only it knows to ask, then one commit.
 * Everything happens in one transaction, so that until `commit` readers see the state before.
 */
export interface Merge {
  /** Merges a reading of this run, or what another deployment has read. */
  readonly write: (event: ReadingEvent | SourceEvent) => void;
  /**
   * The next round of questions to Azure: each must be asked and its `answer` told before the next round, and all rounds
   * before the commit. Empty = nothing more to ask.
   */
  followUps(): readonly FollowUp[];
  /** @throws {InventoryError} `DatabaseBusy`: another program is reading it. May be called again; closing the database discards all. */
  commit(): Run;
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
  endTenantAttachments(context, changes.tenantChanged);
  endAccess(context, changes.tenantChanged, 'tenantChanged');

  const subscriptions = new Map<string, SubscriptionMerge>();
  const mergeOf = (subscriptionId: string): SubscriptionMerge => {
    const found = subscriptions.get(subscriptionId);
    if (found === undefined) throw new Error(`no reading of subscription ${subscriptionId} has begun`);
    return found;
  };
  let finished: Run | null = null;
  const rounds = followUpRounds(context, subscriptions);
  /** All lists are in: what follows looks up by every index. */
  const endLists = (): void => {
    makeIndexes();
    makeIndexes = () => undefined;
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
      // Not by for-of, which would end the rounds with the first one.
      for (let round = rounds.next(); round.done !== true; round = rounds.next()) {
        if (round.value.length > 0) return round.value;
      }
      return [];
    },
    commit() {
      if (merged !== null) {
        database.exec('ROLLBACK');
        return merged;
      }
      endLists();
      finished ??= finishMerge(context, [...subscriptions.values()], changes, options);
      commitTransaction(database);
      return finished;
    },
  };
}
