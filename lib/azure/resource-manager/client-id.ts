import type { ArmClient, RequestContext } from './arm-client.ts';
import { member, textOrNull } from './json.ts';
import { resourcePath } from './resource-id.ts';
import { managedIdentityApiVersion } from './user-assigned-identities.ts';

/**
 * The client id of a machine's system-assigned identity, which the machine itself does not tell; null where Azure leaves it out.
 * @throws {ArmError} `status` 404: the machine, or its identity, is not there
 * @see https://learn.microsoft.com/rest/api/managedidentity/system-assigned-identities/get-by-scope
 */
export async function getClientId(arm: ArmClient, machineId: string, context: RequestContext): Promise<string | null> {
  const path = `${resourcePath(machineId)}/providers/Microsoft.ManagedIdentity/identities/default`;
  const identity = await arm.get(path, { apiVersion: managedIdentityApiVersion, context });
  return textOrNull(member(member(identity, 'properties'), 'clientId'));
}
