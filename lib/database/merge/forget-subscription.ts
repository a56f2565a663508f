import { InventoryError, NotFoundError } from '../../errors.ts';
import type { Plan } from '../../inventory/plan.ts';
import type { Run } from '../../inventory/run.ts';
import { beginTransaction, commitTransaction, type Database } from '../database.ts';
import type { Thresholds } from '../findings/rule.ts';
import { writeFindings } from '../findings/write-findings.ts';
import { writeBlindSpots } from './blind-spots.ts';
import { createMergeContext } from './create-merge-context.ts';
import { endSubscriptions } from './end-subscription.ts';
import type { MergeContext } from './merge-context.ts';
import { writeRun } from './run-row.ts';

export interface ForgetRequest {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly reason: string;
  readonly runId: string;
  readonly startedAt: string;
  readonly thresholds: Thresholds;
}

/**
 * Closes a lost subscription for good, as a run of its own: its machines end as `subscriptionForgotten`, its blind spot
 * closes, its history stays. Only here does absence alone end anything, because a person asks for it.
 * @throws {NotFoundError} `SubscriptionNotFound`: the inventory does not contain it
 * @throws {InventoryError} `SubscriptionVisible`: the last run saw it
 */
export function forgetSubscription(database: Database, request: ForgetRequest): Run {
  const plan: Plan = {
    runId: request.runId,
    trigger: 'cli',
    startedAt: request.startedAt,
    scope: [request.subscriptionId],
    kinds: [],
    clientIds: false,
    subscriptions: [],
    outOfScope: [],
    blindSpots: [],
    blindSpotsKnown: true,
    principalId: null,
    reason: null,
  };
  beginTransaction(database);
  try {
    const context = createMergeContext(database, plan, [], Date.parse(request.startedAt));
    closeSubscription(context, request);
    endSubscriptions(context, [request.subscriptionId], 'subscriptionForgotten');
    const blindSpots = writeBlindSpots(context);
    const coverage = { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots };
    const run = writeRun(context, { coverage, complete: true, finishedAt: request.startedAt });
    writeFindings(database, context.seq, request.startedAt, request.thresholds);
    commitTransaction(database);
    return run;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function closeSubscription({ database, dictionary, seq, counts }: MergeContext, request: ForgetRequest): void {
  const { subscriptionId, reason } = request;
  const subscription = dictionary.subscription(subscriptionId);
  const open = database
    .prepare('SELECT visibility FROM subscription WHERE subscription = ? AND valid_to IS NULL')
    .get(subscription);
  if (open === undefined || open.visibility === 'forgotten' || open.visibility === 'outOfScope') {
    throw new NotFoundError('SubscriptionNotFound', `The inventory does not contain subscription ${subscriptionId}`, {
      hint: 'List the subscriptions that it contains: vm-identities subscriptions',
    });
  }
  if (open.visibility === 'visible') {
    throw new InventoryError('SubscriptionVisible', `The last run saw subscription ${subscriptionId}: it is not lost`, {
      hint: 'To exclude it from the next runs, add it to INVENTORY_EXCLUDE_SUBSCRIPTIONS',
    });
  }
  database
    .prepare(`INSERT INTO subscription (subscription, valid_from, display_name, state, tenant_id, management_group_path, visibility,
        change, change_before, change_after)
      SELECT subscription, ?1, display_name, state, tenant_id, management_group_path, 'forgotten', 'subscriptionForgotten',
        json_object('virtualMachineCount', (SELECT count(*) FROM machine m JOIN machine_version v ON v.machine = m.id
          AND v.valid_to IS NULL WHERE m.subscription = ?2 AND m.type = 0)), json_object('reason', ?3)
      FROM subscription WHERE subscription = ?2 AND valid_to IS NULL`)
    .run(seq, subscription, reason);
  database
    .prepare('UPDATE subscription SET valid_to = ?1 WHERE subscription = ?2 AND valid_to IS NULL AND valid_from < ?1')
    .run(seq, subscription);
  counts.add('subscriptionForgotten');
}
