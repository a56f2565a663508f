import { type Answer, jsonAnswer } from '../../answer.ts';
import { roleDefinitionResource } from '../../tenant/access/role-definitions.ts';
import { isAtOrAbove } from '../../tenant/access/scopes.ts';
import { mayList, permissionsAt } from '../../tenant/visibility.ts';
import { armError } from '../arm-errors.ts';
import { listAnswer } from '../list-answer.ts';
import type { ArmRequest, Route } from '../router.ts';
import { authorizationFailed, findSubscription } from '../subscription-scope.ts';

const apiVersions = ['2022-04-01', '2022-05-01-preview', '2018-07-01', '2015-07-01'] as const;
const authorization = 'providers/Microsoft.Authorization';
const subscriptionPath = `/subscriptions/{subscriptionId}/${authorization}`;

export const authorizationRoutes: readonly Route[] = [
  { path: `${subscriptionPath}/permissions`, apiVersions, answer: listPermissions },
  { path: `${subscriptionPath}/roleAssignments`, apiVersions, answer: listRoleAssignments },
  { path: `${subscriptionPath}/roleDefinitions`, apiVersions, answer: listRoleDefinitions },
  { path: `${subscriptionPath}/roleDefinitions/{roleDefinition}`, apiVersions, answer: getRoleDefinition },
  { path: `/${authorization}/roleDefinitions/{roleDefinition}`, apiVersions, answer: getRoleDefinition },
];

function listPermissions(request: ArmRequest): Answer {
  const scope = findSubscription(request);
  if (scope.kind === 'refused') return scope.answer;
  if (!scope.subscription.listed) {
    const { subscriptionId } = scope.subscription;
    return authorizationFailed(request, 'Microsoft.Authorization/permissions/read', `/subscriptions/${subscriptionId}`);
  }
  return jsonAnswer(200, { value: permissionsAt(scope.subscription) });
}

function listRoleAssignments(request: ArmRequest): Answer {
  const scope = findSubscription(request);
  if (scope.kind === 'refused') return scope.answer;
  const { subscription } = scope;
  const action = 'Microsoft.Authorization/roleAssignments/read';
  if (!mayList(subscription, action)) {
    return authorizationFailed(request, action, `/subscriptions/${subscription.subscriptionId}`);
  }
  const all = request.tenant.readableRoleAssignments(subscription);
  const filter = request.url.searchParams.get('$filter');
  if (filter === null) return listAnswer(request, all);
  if (/^\s*atScope\(\)\s*$/i.test(filter)) {
    return listAnswer(
      request,
      all.filter(({ properties }) => isAtOrAbove(properties.scope, subscription)),
    );
  }
  const principalId = /^\s*(?:assignedTo\(\s*'([^']+)'\s*\)|principalId eq '([^']+)')\s*$/i.exec(filter);
  const wanted = principalId?.[1] ?? principalId?.[2];
  if (wanted === undefined) return unsupportedFilter(filter);
  const own = all.filter(({ properties }) => properties.principalId.toLowerCase() === wanted.toLowerCase());
  return listAnswer(request, own);
}

function listRoleDefinitions(request: ArmRequest): Answer {
  const scope = findSubscription(request);
  if (scope.kind === 'refused') return scope.answer;
  const { subscription } = scope;
  const action = 'Microsoft.Authorization/roleDefinitions/read';
  if (!mayList(subscription, action)) {
    return authorizationFailed(request, action, `/subscriptions/${subscription.subscriptionId}`);
  }
  const filter = request.url.searchParams.get('$filter');
  if (filter !== null) return unsupportedFilter(filter);
  const definitions = request.tenant.roleAssignments.definitionsAt(subscription);
  return listAnswer(
    request,
    definitions.map((role) => roleDefinitionResource(role, subscription)),
  );
}

/** Every caller may read any role of the tenant. */
function getRoleDefinition(request: ArmRequest): Answer {
  const name = request.parameters.roleDefinition?.toLowerCase() ?? '';
  const scope = request.parameters.subscriptionId === undefined ? null : findSubscription(request);
  if (scope?.kind === 'refused') return scope.answer;
  const at = scope?.subscription ?? null;
  const role = request.tenant.roleAssignments.definitionsAt(at).find((each) => each.name === name);
  if (role === undefined) {
    return armError(
      404,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${name}' does not exist.`,
    );
  }
  return jsonAnswer(200, roleDefinitionResource(role, at));
}

function unsupportedFilter(filter: string): Answer {
  return armError(400, 'InvalidFilter', `The filter '${filter}' is not supported.`);
}
