import { allows } from '../../../../lib/inventory/roles/permissions.ts';
import type { Permission, SampleSubscription } from '../types.ts';
import { builtInRoles, noPermission } from './role-definitions.ts';

/** The action that reading the activity log of a subscription needs. */
export const readActivityLog = 'Microsoft.Insights/eventtypes/values/read';

/** Whether listing its machines returns 200. `AAD_` subscriptions and deleted ones hold no machines. */
export function canBeRead(subscription: SampleSubscription): boolean {
  return (
    subscription.listed &&
    subscription.access.kind !== 'none' &&
    subscription.state !== 'Deleted' &&
    !subscription.quotaId.startsWith('AAD_')
  );
}

/** Whether a list with this action returns 200 in the subscription: all rows, or those that `mayRead` allows. */
export function mayList({ access }: SampleSubscription, action: string): boolean {
  if (access.kind === 'none') return false;
  return access.kind !== 'customReader' || allows([{ ...noPermission, actions: access.actions }], action);
}

/** Whether the host's identities may read the resource with this id. */
export function mayRead({ access }: SampleSubscription, resourceId: string): boolean {
  if (access.kind === 'reader' || access.kind === 'customReader') return true;
  if (access.kind === 'none') return false;
  return resourceId.toLowerCase().split('/')[4] === access.resourceGroup.toLowerCase();
}

/** The effective permissions at the subscription itself. A role on a resource group gives none there. */
export function permissionsAt({ permissions, access }: SampleSubscription): readonly Permission[] {
  if (permissions !== null) return permissions;
  switch (access.kind) {
    case 'reader':
      return [builtInRoles.reader.permission];
    case 'customReader':
      return [{ ...noPermission, actions: access.actions }];
    case 'resourceGroupReader':
      return [];
    case 'none':
      return [builtInRoles.billingReader.permission];
  }
}
