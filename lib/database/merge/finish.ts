import { type CoverageStatus, subscriptionStatus } from '../../inventory/coverage.ts';
import type { Run } from '../../inventory/run.ts';
import { writeFindings } from '../findings/write-findings.ts';
import { writeBlindSpots } from './blind-spots.ts';
import type { MergeContext, MergeOptions } from './create-merge-context.ts';
import { settleMoves } from './machines/moves.ts';
import { prune } from './prune.ts';
import { settleRoles } from './roles/role-changes.ts';
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
  for (const { identities } of subscriptions) identities.settle();
  settleRoles(context, new Map(subscriptions.map(({ reading }) => [reading.subscription, reading])));
  for (const subscription of subscriptions) subscription.writeCoverage();
  writeAppeared(context, changes.appeared);
  const byStatus: Record<CoverageStatus, number> = { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0 };
  for (const { reading } of subscriptions) {
    byStatus[subscriptionStatus(Object.fromEntries(reading.readings))] += 1;
  }
  const blindSpots = writeBlindSpots(context);
  prune(context, options.retentionDays);
  const unread = byStatus.partial + byStatus.failed + byStatus.denied;
  const complete =
    context.plan.reason === null && blindSpots === 0 && unread === 0 && byStatus.complete + byStatus.skipped > 0;
  const coverage = { ...byStatus, blindSpots };
  const run = writeRun(context, { coverage, complete, finishedAt: options.finishedAt() });
  writeFindings(context.database, context.seq, context.plan.startedAt, options);
  return run;
}

/** Machines whose absence is proven end: moved where they were found elsewhere, else deleted. */
function endProven(
  context: MergeContext,
  subscriptions: readonly SubscriptionMerge[],
  changes: SubscriptionChanges,
): void {
  const { plan, writer, counts } = context;
  const readings = new Map(subscriptions.map(({ reading }) => [reading.subscriptionId, reading]));
  const isInScope = (id: string) => plan.scope === null || plan.scope.includes(id);
  const moved = settleMoves(context, {
    mayEnd: (id) => isInScope(id) && readings.get(id)?.superseded !== true,
    readAt: (id) => readings.get(id)?.readAt ?? Date.parse(plan.startedAt),
  });
  for (const { reading, proven } of subscriptions) {
    const swallowed = changes.quiet.has(reading.subscriptionId);
    for (const { machine, notBefore } of proven()) {
      if (moved.has(machine)) continue;
      const change = swallowed ? 'tenantChanged' : 'virtualMachineDeleted';
      writer.endMachine(machine, { change, at: reading.readAt, notBefore });
      if (!swallowed) counts.add(change);
    }
  }
}

/** `subscriptionAppeared` has the count of the virtual machines that came with it. */
function writeAppeared({ database, dictionary, seq }: MergeContext, subscriptionIds: readonly string[]): void {
  const update = database.prepare(`UPDATE subscription SET change_after = json_object('virtualMachineCount',
      (SELECT count(*) FROM machine m JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL WHERE m.subscription = ?1 AND m.type = 0))
    WHERE subscription = ?1 AND valid_from = ?2`);
  for (const id of subscriptionIds) update.run(dictionary.subscription(id), seq);
}
