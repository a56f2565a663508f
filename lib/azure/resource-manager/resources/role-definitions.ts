import type { RoleDefinitionReading } from '../../../inventory/role.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import { authorizationApiVersion, toPermission } from './permissions.ts';
import { resourcePath } from './resource-id.ts';
import { subscriptionList } from './resource-requests.ts';

/**
 * Roles that can be assigned in a subscription: built-in roles and its own.
 * @see https://learn.microsoft.com/rest/api/authorization/role-definitions/list
 */
export const listRoleDefinitions = subscriptionList(
  'Microsoft.Authorization/roleDefinitions',
  { apiVersion: authorizationApiVersion },
  (page) => page.map(toRoleDefinition),
);

/**
 * The name of a role, `Reader`.
 * @param roleDefinitionId the resource id in an assignment
 * @throws what `ArmClient.get` throws
 * @see https://learn.microsoft.com/rest/api/authorization/role-definitions/get-by-id
 */
export async function getRoleName(arm: ArmClient, roleDefinitionId: string, context: RequestContext): Promise<string> {
  const definition = await arm.get(resourcePath(roleDefinitionId), { apiVersion: authorizationApiVersion, context });
  const roleName = textOrNull(member(member(definition, 'properties'), 'roleName'));
  if (roleName === null) throw new InvalidResponseError(`The role ${roleDefinitionId} has no name`);
  return roleName;
}

function toRoleDefinition(item: unknown): RoleDefinitionReading {
  const properties = member(item, 'properties');
  const id = textOrNull(member(item, 'id'));
  const roleName = textOrNull(member(properties, 'roleName'));
  if (id === null || roleName === null) {
    throw new InvalidResponseError(`A role was listed without id or name: ${id ?? 'no id'}`);
  }
  const permissions = member(properties, 'permissions');
  return { id, roleName, permissions: Array.isArray(permissions) ? permissions.map(toPermission) : [] };
}
