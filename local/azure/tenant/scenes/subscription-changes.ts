import type { Stage } from './stage.ts';

/** Subscriptions that come, go, and change hands: one change each, whatever is in them. */
export function subscriptionChanges({ state, places, otherTenantId, machine, change }: Stage): void {
  machine('vm-in-leaving-subscription', { at: places.leaving });
  if (state === 2) change('subscriptionLost', `/subscriptions/${places.leaving}`);

  if (state === 2) {
    machine('vm-in-arriving-subscription', { at: places.arriving });
    change('subscriptionAppeared', `/subscriptions/${places.arriving}`);
  }

  // A transfer takes all identities away; this one was made anew in the other tenant.
  const transferred = state === 1 ? {} : { system: 1, identityTenantId: otherTenantId };
  machine('vm-in-transferred-subscription', { at: places.transferred, ...transferred });
  if (state === 2) change('tenantChanged', `/subscriptions/${places.transferred}`);
}
