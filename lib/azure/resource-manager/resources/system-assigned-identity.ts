import type { SystemAssignedIdentityReading } from '../../../inventory/reading.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { resourcePath } from './resource-id.ts';
import { managedIdentityApiVersion } from './user-assigned-identities.ts';

/**
 * A machine's system-assigned identity with its client id, which the machine's own answer does not have.
 * @throws {ArmError} `status` 404: the machine or its identity does not exist
 * @see https://learn.microsoft.com/rest/api/managedidentity/system-assigned-identities/get-by-scope
 */
export async function getSystemAssignedIdentity(
  arm: ArmClient,
  machineId: string,
  context: RequestContext,
): Promise<SystemAssignedIdentityReading> {
  const path = `${resourcePath(machineId)}/providers/Microsoft.ManagedIdentity/identities/default`;
  const identity = await arm.get(path, { apiVersion: managedIdentityApiVersion, context });
  const properties = member(identity, 'properties');
  return {
    principalId: textOrNull(member(properties, 'principalId')),
    clientId: textOrNull(member(properties, 'clientId')),
  };
}
