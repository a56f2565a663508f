import type { ChangeKind } from '../../inventory/run.ts';
import type { MergeContext } from './merge-context.ts';

/** One change of a subscription that covers the ends of everything in it. */
type WholeChange = Extract<ChangeKind, 'outOfScope' | 'subscriptionForgotten' | 'tenantChanged'>;

/** Ends everything in subscriptions that the inventory no longer follows. */
export function endSubscriptions(
  context: MergeContext,
  subscriptionIds: readonly string[],
  change: Exclude<WholeChange, 'tenantChanged'>,
): void {
  const { database, dictionary, writer, plan } = context;
  const machines = database.prepare(`SELECT m.id FROM machine m
    JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL WHERE m.subscription = ?`);
  for (const subscriptionId of subscriptionIds) {
    for (const row of machines.all(dictionary.subscription(subscriptionId))) {
      writer.endMachine(Number(row.id), { change, at: Date.parse(plan.startedAt), notBefore: null });
    }
  }
  endAccess(context, subscriptionIds, change);
}

/**
 * Ends the attachments and the access in subscriptions that moved to another tenant. Such a subscription keeps its
 * machines and loses its managed identities. The fingerprint -1 makes the merge compare the next reading of each
 * machine in full.
 * @see https://learn.microsoft.com/azure/role-based-access-control/transfer-subscription
 */
export function changeTenants(context: MergeContext, subscriptionIds: readonly string[]): void {
  const { database, dictionary, plan, seq } = context;
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
  endAccess(context, subscriptionIds, 'tenantChanged');
}

const ofSubscription = 'valid_to IS NULL AND identity IN (SELECT id FROM identity WHERE subscription = $subscription)';
/** The statements that end what the lists of one subscription showed, except its machines. */
const endAccessStatements = [
  `UPDATE identity_presence SET valid_to = $seq, ended_at = $at WHERE ${ofSubscription}`,
  `UPDATE identity_unseen SET valid_to = $seq WHERE ${ofSubscription}`,
  `UPDATE federated_credential SET valid_to = $seq, ended_at = $at, end_change = $change WHERE ${ofSubscription}`,
  'UPDATE identity SET federated_read_at = NULL WHERE subscription = $subscription AND federated_read_at IS NOT NULL',
  `UPDATE role_assignment_seen SET valid_to = $seq, ended_at = $at, end_change = $change
    WHERE valid_to IS NULL AND subscription = $subscription`,
];

/** Ends listed identities, federated credentials and role assignments. If they return, they are a new baseline. */
function endAccess(context: MergeContext, subscriptionIds: readonly string[], change: WholeChange): void {
  if (subscriptionIds.length === 0) return;
  const { database, dictionary, plan, seq } = context;
  const ends = endAccessStatements.map((sql) => {
    const statement = database.prepare(sql);
    statement.setAllowUnknownNamedParameters(true);
    return statement;
  });
  for (const subscriptionId of subscriptionIds) {
    const subscription = dictionary.subscription(subscriptionId);
    for (const end of ends) end.run({ seq, at: Date.parse(plan.startedAt), change, subscription });
  }
}
