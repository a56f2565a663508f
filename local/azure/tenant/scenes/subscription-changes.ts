import type { Stage } from './stage.ts';

/** Subscriptions that appear, disappear and change tenant: one change each, whatever they contain. */
export function subscriptionChanges({ state, places, otherTenantId, machine, change }: Stage): void {
  machine('vm-in-leaving-subscription', { at: places.leaving });
  if (state === 2) change('subscriptionLost', `/subscriptions/${places.leaving}`);

  if (state === 2) {
    machine('vm-in-arriving-subscription', { at: places.arriving });
    change('subscriptionAppeared', `/subscriptions/${places.arriving}`);
  }

  // A transfer removes all identities. This one was re-created in the other tenant.
  const transferred = state === 1 ? {} : { system: 1, identityTenantId: otherTenantId };
  machine('vm-in-transferred-subscription', { at: places.transferred, ...transferred });
  if (state === 2) change('tenantChanged', `/subscriptions/${places.transferred}`);
}
