import type { UserAssignedIdentityReading } from '../../../inventory/user-assigned-identity.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { mapPages } from '../client/pages.ts';
import { readResourceId, resourceIdParser, resourcePath, subscriptionListPath } from './resource-id.ts';

export const managedIdentityApiVersion = '2024-11-30';

const identityType = 'Microsoft.ManagedIdentity/userAssignedIdentities';
const idParts = resourceIdParser(identityType);

/**
 * User-assigned identities of one subscription, page by page, including those of no machine.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities/list-by-subscription
 */
export function listUserAssignedIdentities(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): AsyncIterableIterator<readonly UserAssignedIdentityReading[], undefined> {
  const path = subscriptionListPath(subscriptionId, identityType);
  return mapPages(arm.pages(path, { apiVersion: managedIdentityApiVersion, context }), (page) =>
    page.map(toUserAssignedIdentity),
  );
}

/**
 * One user-assigned identity by its id.
 * @throws {ArmError} `status` 404: it does not exist
 * @see https://learn.microsoft.com/rest/api/managedidentity/user-assigned-identities/get
 */
export async function getUserAssignedIdentity(
  arm: ArmClient,
  id: string,
  context: RequestContext,
): Promise<UserAssignedIdentityReading> {
  return toUserAssignedIdentity(await arm.get(resourcePath(id), { apiVersion: managedIdentityApiVersion, context }));
}

/** @throws {InvalidResponseError} the id is unusable */
function toUserAssignedIdentity(item: unknown): UserAssignedIdentityReading {
  const { id } = readResourceId(item, idParts, 'A user-assigned identity');
  const properties = member(item, 'properties');
  return {
    id,
    principalId: textOrNull(member(properties, 'principalId')),
    clientId: textOrNull(member(properties, 'clientId')),
    tenantId: textOrNull(member(properties, 'tenantId')),
  };
}
