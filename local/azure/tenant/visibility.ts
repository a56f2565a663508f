import type { Permission, SampleSubscription } from './types.ts';

const nothing = { actions: [], notActions: [], dataActions: [], notDataActions: [] } as const;

/** Whether listing its machines answers 200. `AAD_` subscriptions and deleted ones hold none. */
export function canBeRead(subscription: SampleSubscription): boolean {
  return (
    subscription.listed &&
    subscription.access.kind !== 'none' &&
    subscription.state !== 'Deleted' &&
    !subscription.quotaId.startsWith('AAD_')
  );
}

/** Whether the host's identities may read the resource with this id. */
export function mayRead(subscription: SampleSubscription, resourceId: string): boolean {
  const { access } = subscription;
  if (access.kind === 'reader') return true;
  if (access.kind === 'none') return false;
  return resourceId.toLowerCase().split('/')[4] === access.resourceGroup.toLowerCase();
}

/** Effective permissions at the subscription itself: a role on a resource group gives none there. */
export function permissionsAt(subscription: SampleSubscription): readonly Permission[] {
  if (subscription.permissions !== null) return subscription.permissions;
  if (subscription.access.kind === 'reader') return [{ ...nothing, actions: ['*/read'] }];
  if (subscription.access.kind === 'resourceGroupReader') return [];
  return [{ ...nothing, actions: ['Microsoft.Billing/*/read', 'Microsoft.Resources/subscriptions/read'] }];
}
