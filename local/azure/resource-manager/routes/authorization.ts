import { type Answer, jsonAnswer } from '../../answer.ts';
import { roleDefinitionResource } from '../../tenant/access/role-definitions.ts';
import { permissionsAt } from '../../tenant/access/visibility.ts';
import { isAtOrAbove } from '../../tenant/subscriptions.ts';
import type { RawRoleAssignment } from '../../tenant/types.ts';
import { type ArmRefusal, refusal } from '../arm-errors.ts';
import { listAnswer } from '../list-answer.ts';
import { authorizationFailed, listedSubscription, subscriptionOf } from '../resource-scope.ts';
import type { ArmRequest, Route } from '../router.ts';

const apiVersions = ['2022-04-01', '2022-05-01-preview', '2018-07-01', '2015-07-01'] as const;
const provider = 'Microsoft.Authorization';
const subscriptionPath = `/subscriptions/{subscriptionId}/providers/${provider}`;

export const authorizationRoutes: readonly Route[] = [
  { path: `${subscriptionPath}/permissions`, apiVersions, answer: listPermissions },
  { path: `${subscriptionPath}/roleAssignments`, apiVersions, answer: listRoleAssignments },
  { path: `${subscriptionPath}/roleDefinitions`, apiVersions, answer: listRoleDefinitions },
  { path: `${subscriptionPath}/roleDefinitions/{roleDefinition}`, apiVersions, answer: getRoleDefinition },
  { path: `/providers/${provider}/roleDefinitions/{roleDefinition}`, apiVersions, answer: getRoleDefinition },
];

function listPermissions(request: ArmRequest): Answer {
  const subscription = subscriptionOf(request);
  if (!subscription.listed) {
    const scope = `/subscriptions/${subscription.subscriptionId}`;
    throw authorizationFailed(request, `${provider}/permissions/read`, scope);
  }
  return jsonAnswer(200, { value: permissionsAt(subscription) });
}

/**
 * The filters of Azure. `assignedTo` also finds assignments to groups, however deep the principal is in them. Without
 * `atScope()` a filter covers everything at, above and below the subscription.
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
 */
function listRoleAssignments(request: ArmRequest): Answer {
  const subscription = listedSubscription(request, provider, 'roleAssignments');
  const { roleAssignments } = request.tenant;
  const filter = request.url.searchParams.get('$filter');
  const parts = filter === null ? [] : filter.trim().split(/\s+and\s+/i);
  const conditions = parts.map((part): ((properties: RawRoleAssignment['properties']) => boolean) => {
    if (/^atScope\(\)$/i.test(part)) return ({ scope }) => isAtOrAbove(scope, subscription);
    const match = /^(?:(assignedTo)\(\s*'([^']+)'\s*\)|principalId eq '([^']+)')$/i.exec(part);
    const principalId = (match?.[2] ?? match?.[3])?.toLowerCase();
    if (principalId === undefined) throw unsupportedFilter(filter ?? '');
    const principals = new Set([
      principalId,
      ...(match?.[1] === undefined ? [] : roleAssignments.groupsOf(principalId)),
    ]);
    return (properties) => principals.has(properties.principalId.toLowerCase());
  });
  const all = request.tenant.readableRoleAssignments(subscription);
  return listAnswer(
    request,
    all.filter(({ properties }) => conditions.every((matches) => matches(properties))),
  );
}

/**
 * Leaves out roles that are assignable in a part of the subscription only, unless the filter asks for them.
 * @see https://learn.microsoft.com/rest/api/authorization/role-definitions/list
 */
function listRoleDefinitions(request: ArmRequest): Answer {
  const subscription = listedSubscription(request, provider, 'roleDefinitions');
  const filter = request.url.searchParams.get('$filter');
  const below = /^\s*atScopeAndBelow\(\)\s*$/i.test(filter ?? '');
  if (filter !== null && !below) throw unsupportedFilter(filter);
  const definitions = request.tenant.roleAssignments.definitionsAt(subscription, below);
  return listAnswer(
    request,
    definitions.map((role) => roleDefinitionResource(role, subscription)),
  );
}

/** Every caller may read any role of the tenant. */
function getRoleDefinition(request: ArmRequest): Answer {
  const name = request.parameters.roleDefinition?.toLowerCase() ?? '';
  const subscription = request.parameters.subscriptionId === undefined ? null : subscriptionOf(request);
  const role = request.tenant.roleAssignments.definitionsAt(subscription, true).find((each) => each.name === name);
  if (role === undefined) {
    throw refusal(404, 'RoleDefinitionDoesNotExist', `The specified role definition with ID '${name}' does not exist.`);
  }
  return jsonAnswer(200, roleDefinitionResource(role, subscription));
}

function unsupportedFilter(filter: string): ArmRefusal {
  return refusal(400, 'InvalidFilter', `The filter '${filter}' is not supported.`);
}
