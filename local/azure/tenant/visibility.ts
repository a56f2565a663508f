import { allows } from '../../../lib/inventory/permissions.ts';
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

/** Whether listing with this action answers 200 in the subscription: with everything, or with what `mayRead` lets through. */
export function mayList({ access }: SampleSubscription, action: string): boolean {
  if (access.kind === 'none') return false;
  return access.kind !== 'customReader' || allows([customPermission(access.actions)], action);
}

/** Whether the host's identities may read the resource with this id. */
export function mayRead(subscription: SampleSubscription, resourceId: string): boolean {
  const { access } = subscription;
  if (access.kind === 'reader' || access.kind === 'customReader') return true;
  if (access.kind === 'none') return false;
  return resourceId.toLowerCase().split('/')[4] === access.resourceGroup.toLowerCase();
}

/** Effective permissions at the subscription itself: a role on a resource group gives none there. */
export function permissionsAt(subscription: SampleSubscription): readonly Permission[] {
  if (subscription.permissions !== null) return subscription.permissions;
  if (subscription.access.kind === 'reader') return [{ ...nothing, actions: ['*/read'] }];
  if (subscription.access.kind === 'customReader') return [customPermission(subscription.access.actions)];
  if (subscription.access.kind === 'resourceGroupReader') return [];
  return [{ ...nothing, actions: ['Microsoft.Billing/*/read', 'Microsoft.Resources/subscriptions/read'] }];
}

const customPermission = (actions: readonly string[]): Permission => ({ ...nothing, actions });
