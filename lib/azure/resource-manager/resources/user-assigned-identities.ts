import { userAssignedIdentityType } from '../../../inventory/commands/azure-id.ts';
import type { UserAssignedIdentityReading } from '../../../inventory/user-assigned-identity.ts';
import { member, textOrNull } from '../../json.ts';
import { readResourceId, resourceIdParser } from './resource-id.ts';
import { resourceReader, subscriptionList } from './resource-requests.ts';

export const managedIdentityApiVersion = '2024-11-30';

const idParts = resourceIdParser(userAssignedIdentityType);

/**
 * User-assigned identities of one subscription, including those of no machine.
 * @see https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities/list-by-subscription
 */
export const listUserAssignedIdentities = subscriptionList(
  userAssignedIdentityType,
  { apiVersion: managedIdentityApiVersion },
  (page) => page.map(toUserAssignedIdentity),
);

/** @see https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities/get */
export const getUserAssignedIdentity = resourceReader(managedIdentityApiVersion, toUserAssignedIdentity);

function toUserAssignedIdentity(item: unknown): UserAssignedIdentityReading {
  const properties = member(item, 'properties');
  return {
    id: readResourceId(item, idParts, 'A user-assigned identity').id,
    principalId: textOrNull(member(properties, 'principalId')),
    clientId: textOrNull(member(properties, 'clientId')),
    tenantId: textOrNull(member(properties, 'tenantId')),
  };
}
