import { type CoverageStatus, subscriptionStatus } from '../../inventory/coverage.ts';
import type { Run } from '../../inventory/run.ts';
import { writeBlindSpots } from './blind-spots.ts';
import type { MergeContext, MergeOptions } from './context.ts';
import { settleMoves } from './moves.ts';
import { prune } from './prune.ts';
import { writeRun } from './run-row.ts';
import type { SubscriptionMerge } from './subscription-merge.ts';
import type { SubscriptionChanges } from './subscription-versions.ts';

/** Everything that can only be settled when all readings and checks by id are in. */
export function finishMerge(
  context: MergeContext,
  subscriptions: readonly SubscriptionMerge[],
  changes: SubscriptionChanges,
  options: MergeOptions,
): Run {
  endProven(context, subscriptions, changes);
  context.unseen.closeSeen(context.seen);
  for (const subscription of subscriptions) subscription.writeCoverage();
  writeAppeared(context, changes.appeared);
  const byStatus: Record<CoverageStatus, number> = { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0 };
  for (const { readings } of subscriptions) {
    byStatus[subscriptionStatus(Object.fromEntries(readings))] += 1;
  }
  const blindSpots = writeBlindSpots(context);
  prune(context, options.retentionDays);
  const unread = byStatus.partial + byStatus.failed + byStatus.denied;
  const complete =
    context.plan.reason === null && blindSpots === 0 && unread === 0 && byStatus.complete + byStatus.skipped > 0;
  const coverage = { ...byStatus, blindSpots };
  return writeRun(context, { coverage, complete, finishedAt: options.finishedAt() });
}

/** Machines whose absence is proven end: moved where they were found elsewhere, else deleted. */
function endProven(
  context: MergeContext,
  subscriptions: readonly SubscriptionMerge[],
  changes: SubscriptionChanges,
): void {
  const { plan, writer, counts, database } = context;
  const bySubscription = new Map(subscriptions.map((subscription) => [subscription.subscriptionId, subscription]));
  const subscriptionOf = database.prepare(
    'SELECT s.subscription_id FROM machine m JOIN subscription_key s ON s.id = m.subscription WHERE m.id = ?',
  );
  const moved = settleMoves(
    context,
    (id) => (plan.scope === null || plan.scope.includes(id)) && bySubscription.get(id)?.superseded !== true,
    (machine) =>
      bySubscription.get(String(subscriptionOf.get(machine)?.subscription_id))?.readAt ?? Date.parse(plan.startedAt),
  );
  for (const subscription of subscriptions) {
    const swallowed = changes.quiet.has(subscription.subscriptionId);
    for (const machine of subscription.proven()) {
      if (moved.has(machine)) continue;
      writer.endMachine(machine, subscription.readAt, swallowed ? 'tenantChanged' : 'virtualMachineDeleted');
      if (!swallowed) counts.add('virtualMachineDeleted');
    }
  }
}

/** `subscriptionAppeared` has the count of the machines that came with it. */
function writeAppeared({ database, dictionary, seq }: MergeContext, subscriptionIds: readonly string[]): void {
  const update = database.prepare(`UPDATE subscription SET change_after = json_object('virtualMachineCount',
      (SELECT count(*) FROM machine m JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL WHERE m.subscription = ?1))
    WHERE subscription = ?1 AND valid_from = ?2`);
  for (const id of subscriptionIds) update.run(dictionary.subscription(id), seq);
}
