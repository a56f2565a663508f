import type { RoleAssignmentReading } from '../../../inventory/role.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import { authorizationApiVersion } from './permissions.ts';
import { subscriptionList } from './resource-requests.ts';

export interface RoleAssignment {
  readonly id: string;
  /** A management group, a subscription, a resource group, a resource, or `/`. */
  readonly scope: string;
  readonly roleDefinitionId: string;
  /** The requested principal, or a group that it is in. */
  readonly principalId: string | null;
}

const roleAssignmentType = 'Microsoft.Authorization/roleAssignments';

/** In lower case. Azure refuses an assignment that names one of these types for a service principal. */
const notManagedIdentities: ReadonlySet<string> = new Set(['user', 'group']);

/**
 * Role assignments at, above and below a subscription, without those to users and groups. Azure names a managed
 * identity `ServicePrincipal`, but also `MSI`, `Application`, `Unknown` or nothing, so every other type is kept. No
 * `$filter`, because `atScope()` omits everything below.
 * @see https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-subscription
 */
export const listRoleAssignments = subscriptionList(
  roleAssignmentType,
  { apiVersion: authorizationApiVersion },
  (page) => page.filter(mayBeManagedIdentity).map(toRoleAssignmentReading),
);

/**
 * Role assignments of a principal in a subscription, including those through groups.
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
 */
export function listRoleAssignmentsOf(
  arm: ArmClient,
  subscriptionId: string,
  principalId: string,
  context: RequestContext,
): AsyncIterableIterator<readonly RoleAssignment[], undefined> {
  const query = { $filter: `assignedTo('${principalId.replaceAll("'", "''")}')` };
  const request = { apiVersion: authorizationApiVersion, query };
  const list = subscriptionList(roleAssignmentType, request, (page) => page.map(toRoleAssignment));
  return list(arm, subscriptionId, context);
}

function mayBeManagedIdentity(item: unknown): boolean {
  const principalType = textOrNull(member(member(item, 'properties'), 'principalType'));
  return principalType === null || !notManagedIdentities.has(principalType.toLowerCase());
}

function toRoleAssignmentReading(item: unknown): RoleAssignmentReading {
  const assignment = toRoleAssignment(item);
  const { principalId } = assignment;
  if (principalId === null) {
    throw new InvalidResponseError(`A role assignment was listed without its principal: ${assignment.id}`);
  }
  return { ...assignment, principalId, condition: textOrNull(member(member(item, 'properties'), 'condition')) };
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
