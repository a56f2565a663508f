import type { RoleDefinitionReading } from '../../../inventory/roles/role.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import { authorizationApiVersion, toRolePermission } from './permissions.ts';
import { resourcePath } from './resource-id.ts';
import { subscriptionList } from './resource-requests.ts';

/**
 * Roles that can be assigned in a whole subscription: built-in roles and its own.
 * @see https://learn.microsoft.com/rest/api/authorization/role-definitions/list
 */
export const listRoleDefinitions = subscriptionList(
  'Microsoft.Authorization/roleDefinitions',
  { apiVersion: authorizationApiVersion },
  (page) => page.map(toRoleDefinition),
);

/**
 * A role by the resource id in an assignment. The lists leave out roles that are assignable below the subscription only.
 * @throws what `ArmClient.get` throws
 * @see https://learn.microsoft.com/rest/api/authorization/role-definitions/get-by-id
 */
export async function getRoleDefinition(
  arm: ArmClient,
  roleDefinitionId: string,
  context: RequestContext,
): Promise<RoleDefinitionReading> {
  const request = { apiVersion: authorizationApiVersion, context };
  return toRole(roleDefinitionId, await arm.get(resourcePath(roleDefinitionId), request));
}

/** The name of such a role, `Reader`. */
export async function getRoleName(arm: ArmClient, roleDefinitionId: string, context: RequestContext): Promise<string> {
  return (await getRoleDefinition(arm, roleDefinitionId, context)).roleName;
}

function toRoleDefinition(item: unknown): RoleDefinitionReading {
  const id = textOrNull(member(item, 'id'));
  if (id === null) throw new InvalidResponseError('A role was listed without an id');
  return toRole(id, item);
}

function toRole(id: string, item: unknown): RoleDefinitionReading {
  const properties = member(item, 'properties');
  const roleName = textOrNull(member(properties, 'roleName'));
  if (roleName === null) throw new InvalidResponseError(`The role ${id} has no name`);
  const permissions = member(properties, 'permissions');
  return { id, roleName, permissions: Array.isArray(permissions) ? permissions.map(toRolePermission) : [] };
}
