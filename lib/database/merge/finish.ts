import { type CoverageStatus, subscriptionStatus } from '../../inventory/coverage.ts';
import { reasonOf } from '../../inventory/plan.ts';
import type { Run } from '../../inventory/run.ts';
import { writeFindings } from '../findings/write-findings.ts';
import { writeBlindSpots } from './blind-spots.ts';
import { settleMoves } from './machines/moves.ts';
import type { MergeContext, MergeOptions } from './merge-context.ts';
import { prune } from './prune.ts';
import { settleRoleAssignments } from './roles/role-assignments.ts';
import { writeRun } from './run-row.ts';
import type { SubscriptionMerge } from './subscription-merge.ts';
import type { SubscriptionChanges } from './subscription-versions.ts';

/** Settles everything that needs all readings and all answers of follow-ups. */
export function finishMerge(
  context: MergeContext,
  subscriptions: readonly SubscriptionMerge[],
  changes: SubscriptionChanges,
  options: MergeOptions,
): Run {
  endGoneMachines(context, subscriptions, changes);
  closeSeenMachines(context);
  for (const { identities } of subscriptions) identities.settle();
  context.identities.settleSpellings();
  settleRoleAssignments(context, new Map(subscriptions.map(({ reading }) => [reading.subscription, reading])));
  for (const subscription of subscriptions) subscription.writeCoverage();
  writeAppeared(context, changes.appeared);
  const byStatus: Record<CoverageStatus, number> = { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0 };
  for (const { reading } of subscriptions) byStatus[subscriptionStatus(Object.fromEntries(reading.readings))] += 1;
  const blindSpots = writeBlindSpots(context);
  prune(context, options.retentionDays);
  const unread = byStatus.partial + byStatus.failed + byStatus.denied;
  const complete =
    reasonOf(context.plan) === null && blindSpots === 0 && unread === 0 && byStatus.complete + byStatus.skipped > 0;
  const coverage = { ...byStatus, blindSpots };
  const run = writeRun(context, { coverage, complete, finishedAt: options.finishedAt() });
  writeFindings(context.database, context.seq, context.plan.startedAt, options);
  return run;
}

/** Ends machines that are proven gone: as moved if they are shown elsewhere, otherwise as deleted. */
function endGoneMachines(
  context: MergeContext,
  subscriptions: readonly SubscriptionMerge[],
  changes: SubscriptionChanges,
): void {
  const { plan, writer, counts } = context;
  const readings = new Map(subscriptions.map(({ reading }) => [reading.subscriptionId, reading]));
  const moved = settleMoves(context, {
    mayEnd: (id) => (plan.scope === null || plan.scope.includes(id)) && readings.get(id)?.superseded !== true,
    readAt: (id) => readings.get(id)?.readAt ?? Date.parse(plan.startedAt),
  });
  for (const { reading, proven } of subscriptions) {
    const isCovered = changes.quiet.has(reading.subscriptionId);
    const change = isCovered ? 'tenantChanged' : 'virtualMachineDeleted';
    for (const { machine, notBefore } of proven()) {
      if (moved.has(machine)) continue;
      writer.endMachine(machine, { change, at: reading.readAt, notBefore });
      if (!isCovered) counts.add(change);
    }
  }
}

/** Closes the `unseen` rows of machines that this run has read, and of machines that have ended. */
function closeSeenMachines({ database, seen, unseenMachines }: MergeContext): void {
  const open = database.prepare(`SELECT u.machine,
      EXISTS (SELECT 1 FROM machine_version v WHERE v.machine = u.machine AND v.valid_to IS NULL) AS exists_now
    FROM unseen u WHERE u.valid_to IS NULL`);
  for (const row of open.all()) {
    const machine = Number(row.machine);
    if (row.exists_now === 0 || seen.has(machine)) unseenMachines.close(machine);
  }
}

/** Adds to `subscriptionAppeared` how many virtual machines the subscription has. */
function writeAppeared({ database, dictionary, seq }: MergeContext, subscriptionIds: readonly string[]): void {
  const update = database.prepare(`UPDATE subscription SET change_after = json_object('virtualMachineCount',
      (SELECT count(*) FROM machine m JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL WHERE m.subscription = ?1 AND m.type = 0))
    WHERE subscription = ?1 AND valid_from = ?2`);
  for (const id of subscriptionIds) update.run(dictionary.subscription(id), seq);
}
