import type { FollowUp } from '../../../inventory/reading.ts';
import type { MergeContext } from '../create-merge-context.ts';
import type { SubscriptionMerge } from '../subscription-merge.ts';

/** Questions of one round, so that a million machines are not held at once. */
const questionsPerRound = 5000;

/** The client ids of system-assigned identities that have none yet, of the machines that this run has seen. */
export function* askClientIds(
  { database, seen }: MergeContext,
  subscriptions: ReadonlyMap<string, SubscriptionMerge>,
): Generator<readonly FollowUp[]> {
  const select = database.prepare(`SELECT a.machine, a.identity, d.principal_id, i.subscription_id, i.resource_id
    FROM attachment a JOIN identity d ON d.id = a.identity JOIN machine_id i ON i.machine = a.machine
    WHERE a.machine > ? AND a.position = 0 AND a.valid_to IS NULL AND d.client_id IS NULL ORDER BY a.machine LIMIT ?`);
  const write = database.prepare('UPDATE identity SET client_id = ? WHERE id = ?');
  for (let after = 0; ; ) {
    const rows = select.all(after, questionsPerRound);
    if (rows.length === 0) return;
    after = Number(rows.at(-1)?.machine);
    yield rows
      .filter((row) => seen.order(Number(row.machine)) > 0)
      .map((row) => ({
        ask: 'clientId',
        resourceId: String(row.resource_id),
        answer(verification) {
          if (verification.outcome === 'present') {
            const { principalId, clientId } = verification.reading;
            // another identity than the list showed: its client id is asked for by the run that sees it
            const isAnother =
              principalId !== null && principalId.toLowerCase() !== String(row.principal_id).toLowerCase();
            if (!isAnother) write.run(clientId, Number(row.identity));
          }
          if (verification.outcome !== 'unverified') return;
          const { code, message, hint } = verification.reason;
          const failed = `The client id of ${row.resource_id} could not be read: ${code}: ${message}`;
          const { reading } = subscriptions.get(String(row.subscription_id)) ?? {};
          reading?.weaken('identities', 'ClientIdNotRead', failed, hint);
        },
      }));
  }
}
