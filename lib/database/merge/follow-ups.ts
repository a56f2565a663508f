import { fold } from '../../inventory/names/fold.ts';
import type { FollowUp } from '../../inventory/reading.ts';
import type { MergeContext } from './merge-context.ts';
import type { SubscriptionMerge } from './subscription-merge.ts';

/** Limits a round of client ids, so that the questions of a million machines are never in memory together. */
const questionsPerRound = 5000;

/**
 * The questions to Azure that only the merge knows, in rounds: resources that complete lists left out; then the
 * federated credentials of the identities that are on machines; then client ids, if the plan wants them. Each round
 * builds on the answers to the round before.
 */
export function* followUpRounds(
  context: MergeContext,
  subscriptions: ReadonlyMap<string, SubscriptionMerge>,
): Generator<readonly FollowUp[]> {
  const all = [...subscriptions.values()];
  yield all.flatMap((subscription) => [...subscription.absentMachines(), ...subscription.identities.absent()]);
  yield all.flatMap((subscription) => subscription.identities.federatedCredentials());
  if (context.plan.clientIds) yield* clientIdQuestions(context, subscriptions);
}

/** The client ids that are still unknown, of the system-assigned identities of machines that this run has read. */
function* clientIdQuestions(
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
      .filter((row) => seen.has(Number(row.machine)))
      .map((row) => ({
        ask: 'clientId',
        resourceId: String(row.resource_id),
        answer(verification) {
          if (verification.outcome === 'present') {
            const { principalId, clientId } = verification.reading;
            // If the machine has another identity by now, the run that sees that identity asks for its client id.
            const isSame = principalId === null || fold(principalId) === fold(String(row.principal_id));
            if (isSame) write.run(clientId, Number(row.identity));
          } else if (verification.outcome === 'unverified') {
            const { code, message, hint } = verification.reason;
            const failed = `The client id of ${row.resource_id} could not be read: ${code}: ${message}`;
            const { reading } = subscriptions.get(String(row.subscription_id)) ?? {};
            reading?.weaken('identities', 'ClientIdNotRead', failed, hint);
          }
        },
      }));
  }
}
