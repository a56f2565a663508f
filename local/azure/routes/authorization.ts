import { type Answer, jsonAnswer } from '../answer.ts';
import { armError } from '../arm-errors.ts';
import { listAnswer } from '../list-answer.ts';
import type { ArmRequest, Route } from '../router.ts';
import { authorizationFailed, findSubscription } from '../subscription-scope.ts';
import { createRandom } from '../tenant/random.ts';
import { builtInRoles, type RoleAssignment, roleAssignmentsAt } from '../tenant/roles.ts';
import { permissionsAt } from '../tenant/visibility.ts';

const apiVersions = ['2022-04-01', '2022-05-01-preview', '2018-07-01', '2015-07-01'] as const;
const authorization = 'providers/Microsoft.Authorization';
const subscriptionPath = `/subscriptions/{subscriptionId}/${authorization}`;

export const authorizationRoutes: readonly Route[] = [
  { path: `${subscriptionPath}/permissions`, apiVersions, answer: listPermissions },
  { path: `${subscriptionPath}/roleAssignments`, apiVersions, answer: listRoleAssignments },
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
  const subscriptionScope = `/subscriptions/${subscription.subscriptionId}`;
  if (subscription.access.kind === 'none') {
    return authorizationFailed(request, 'Microsoft.Authorization/roleAssignments/read', subscriptionScope);
  }
  const { tenant } = request;
  const hosts = [tenant.systemAssignedIdentity, ...tenant.userAssignedIdentities].map((each) => each.principalId);
  const all = roleAssignmentsAt(subscription, hosts);
  const filter = request.url.searchParams.get('$filter');
  if (filter === null) return listAnswer(request, all.map(toResource));
  const principalId = /^\s*(?:assignedTo\(\s*'([^']+)'\s*\)|principalId eq '([^']+)')\s*$/i.exec(filter);
  const wanted = principalId?.[1] ?? principalId?.[2];
  if (wanted === undefined) return armError(400, 'InvalidFilter', `The filter '${filter}' is not supported.`);
  const own = all.filter((each) => each.principalId.toLowerCase() === wanted.toLowerCase());
  return listAnswer(request, own.map(toResource));
}

function getRoleDefinition(request: ArmRequest): Answer {
  const name = request.parameters.roleDefinition?.toLowerCase() ?? '';
  const role = builtInRoles.find((each) => each.name === name);
  if (role === undefined) {
    return armError(
      404,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${name}' does not exist.`,
    );
  }
  return jsonAnswer(200, {
    properties: {
      roleName: role.roleName,
      type: 'BuiltInRole',
      description: role.roleName,
      assignableScopes: ['/'],
      permissions: [role.permission],
    },
    id: `/${authorization}/roleDefinitions/${role.name}`,
    type: 'Microsoft.Authorization/roleDefinitions',
    name: role.name,
  });
}

function toResource({ scope, role, principalId, principalType }: RoleAssignment) {
  const name = createRandom('assignment', scope, role.name, principalId).guid();
  const subscription = /^\/subscriptions\/[^/]+/.exec(scope)?.[0] ?? '';
  return {
    properties: {
      roleDefinitionId: `${subscription}/${authorization}/roleDefinitions/${role.name}`,
      principalId,
      principalType,
      scope,
      condition: null,
      conditionVersion: null,
      createdOn: '2025-03-04T09:12:55.4341990Z',
      updatedOn: '2025-03-04T09:12:55.4341990Z',
      createdBy: '',
      updatedBy: '',
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
    id: `${scope}/${authorization}/roleAssignments/${name}`,
    type: 'Microsoft.Authorization/roleAssignments',
    name,
  };
}
