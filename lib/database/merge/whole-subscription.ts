import type { ChangeKind } from '../../inventory/run.ts';
import type { MergeContext } from './context.ts';

/** Ends every machine of subscriptions that are no longer looked at: one change of the subscription, none of its machines. */
export function endSubscriptionMachines(
  { database, dictionary, writer, plan }: MergeContext,
  subscriptionIds: readonly string[],
  change: Extract<ChangeKind, 'outOfScope' | 'subscriptionForgotten'>,
): void {
  const machines = database.prepare(`SELECT m.id FROM machine m
    JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL WHERE m.subscription = ?`);
  for (const subscriptionId of subscriptionIds) {
    for (const row of machines.all(dictionary.subscription(subscriptionId))) {
      writer.endMachine(Number(row.id), Date.parse(plan.startedAt), change);
    }
  }
}

/**
 * A subscription that moved to another tenant keeps its machines and loses its managed identities
 * (https://learn.microsoft.com/azure/role-based-access-control/transfer-subscription): attachments end as `tenantChanged`,
 * and the next reading of each machine is compared in full.
 */
export function forgetAttachments(
  { database, dictionary, plan, seq }: MergeContext,
  subscriptionIds: readonly string[],
): void {
  const inSubscription = 'machine IN (SELECT id FROM machine WHERE subscription = ?)';
  const end = database.prepare(`UPDATE attachment SET valid_to = ?, ended_at = ?, end_change = 'tenantChanged'
    WHERE valid_to IS NULL AND ${inSubscription}`);
  const compareAgain = database.prepare(
    `UPDATE machine_version SET fingerprint = -1 WHERE valid_to IS NULL AND ${inSubscription}`,
  );
  for (const subscriptionId of subscriptionIds) {
    const subscription = dictionary.subscription(subscriptionId);
    end.run(seq, Date.parse(plan.startedAt), subscription);
    compareAgain.run(subscription);
  }
}
