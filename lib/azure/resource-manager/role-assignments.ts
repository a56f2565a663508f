import type { ArmClient, RequestContext } from './arm-client.ts';
import { InvalidResponseError } from './invalid-response-error.ts';
import { member, textOrNull } from './json.ts';
import { authorizationApiVersion } from './permissions.ts';

export interface RoleAssignment {
  readonly id: string;
  /** Where it holds: a management group, a subscription, a resource group, a resource, or `/`. */
  readonly scope: string;
  readonly roleDefinitionId: string;
  /** Whom it was given to: the principal asked for, or a group it is in. */
  readonly principalId: string | null;
}

/**
 * Role assignments that reach a principal in a subscription, those through groups included, page by page.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
 */
export async function* listRoleAssignmentsOf(
  arm: ArmClient,
  subscriptionId: string,
  principalId: string,
  context: RequestContext,
): AsyncGenerator<readonly RoleAssignment[]> {
  const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Authorization/roleAssignments`;
  const query = { $filter: `assignedTo('${principalId.replaceAll("'", "''")}')` };
  for await (const page of arm.pages(path, { apiVersion: authorizationApiVersion, query, context })) {
    yield page.map(toRoleAssignment);
  }
}

/**
 * The name of a role, `Reader`.
 * @param roleDefinitionId its resource id, as an assignment names it
 * @throws what `ArmClient.get` throws
 * @see https://learn.microsoft.com/rest/api/authorization/role-definitions/get-by-id
 */
export async function getRoleName(arm: ArmClient, roleDefinitionId: string, context: RequestContext): Promise<string> {
  const path = roleDefinitionId.split('/').map(encodeURIComponent).join('/');
  const definition = await arm.get(path, { apiVersion: authorizationApiVersion, context });
  const roleName = textOrNull(member(member(definition, 'properties'), 'roleName'));
  if (roleName === null) throw new InvalidResponseError(`The role ${roleDefinitionId} came without a name`);
  return roleName;
}

function toRoleAssignment(item: unknown): RoleAssignment {
  const properties = member(item, 'properties');
  const id = textOrNull(member(item, 'id'));
  const scope = textOrNull(member(properties, 'scope'));
  const roleDefinitionId = textOrNull(member(properties, 'roleDefinitionId'));
  if (id === null || scope === null || roleDefinitionId === null) {
    throw new InvalidResponseError(`A role assignment was listed without id, scope or role: ${id ?? 'no id'}`);
  }
  return { id, scope, roleDefinitionId, principalId: textOrNull(member(properties, 'principalId')) };
}
