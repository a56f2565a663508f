import type { FollowUp } from '../../inventory/reading.ts';
import type { MergeContext } from './create-merge-context.ts';
import { askClientIds } from './identities/client-id-questions.ts';
import type { SubscriptionMerge } from './subscription-merge.ts';

/**
 * What only the merge knows to ask, in rounds: what complete lists left out; then who may sign in as the identities that are
 * on machines and there; then, where the plan wants them, client ids. Each round rests on the answers to the one before.
 */
export function* followUpRounds(
  context: MergeContext,
  subscriptions: ReadonlyMap<string, SubscriptionMerge>,
): Generator<readonly FollowUp[]> {
  const all = [...subscriptions.values()];
  yield all.flatMap((subscription) => [...subscription.absentMachines(), ...subscription.identities.absent()]);
  yield all.flatMap((subscription) => subscription.identities.federatedCredentials());
  if (context.plan.clientIds) yield* askClientIds(context, subscriptions);
}
