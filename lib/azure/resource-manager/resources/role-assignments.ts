import type { RoleAssignmentReading } from '../../../inventory/role.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors/invalid-response-error.ts';
import { mapPages } from '../client/page-iterator.ts';
import { authorizationApiVersion } from './permissions.ts';
import { subscriptionListPath } from './resource-id.ts';

export interface RoleAssignment {
  readonly id: string;
  /** Where it holds: a management group, a subscription, a resource group, a resource, or `/`. */
  readonly scope: string;
  readonly roleDefinitionId: string;
  /** Whom it was given to: the principal asked for, or a group it is in. */
  readonly principalId: string | null;
}

const roleAssignmentsPath = (subscriptionId: string) =>
  subscriptionListPath(subscriptionId, 'Microsoft.Authorization/roleAssignments');

/**
 * Role assignments to service principals at, above and below a subscription, page by page. One that does not say what kind of
 * principal it is for may be for one, and is kept. No `$filter`: `atScope()` leaves out all that is below.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-subscription
 */
export function listRoleAssignments(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): AsyncIterableIterator<readonly RoleAssignmentReading[], undefined> {
  const request = { apiVersion: authorizationApiVersion, context };
  return mapPages(arm.pages(roleAssignmentsPath(subscriptionId), request), (page) =>
    page.filter(mayBeServicePrincipals).map(toRoleAssignmentReading),
  );
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
  const query = { $filter: `assignedTo('${principalId.replaceAll("'", "''")}')` };
  const request = { apiVersion: authorizationApiVersion, query, context };
  for await (const page of arm.pages(roleAssignmentsPath(subscriptionId), request)) {
    yield page.map(toRoleAssignment);
  }
}

function mayBeServicePrincipals(item: unknown): boolean {
  const principalType = textOrNull(member(member(item, 'properties'), 'principalType'));
  return principalType === null || principalType.toLowerCase() === 'serviceprincipal';
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
