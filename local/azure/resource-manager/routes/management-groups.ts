import type { Answer } from '../../answer.ts';
import { childManagementGroups, rootManagementGroup } from '../../tenant/subscriptions.ts';
import { armError } from '../arm-errors.ts';
import { listAnswer } from '../list-answer.ts';
import type { ArmRequest, Route } from '../router.ts';
import { authorizationFailed } from '../subscription-scope.ts';

const prefix = '/providers/Microsoft.Management/managementGroups';

export const managementGroupRoutes: readonly Route[] = [
  {
    path: `${prefix}/{group}/descendants`,
    apiVersions: ['2021-04-01', '2020-10-01', '2020-05-01', '2020-02-01'],
    answer: listDescendants,
  },
];

/** Groups and subscriptions below a group, at any depth, whether the caller may read them or not. */
function listDescendants(request: ArmRequest): Answer {
  const group = (request.parameters.group ?? '').toLowerCase();
  if (!request.tenant.managementGroupReader) {
    const action = 'Microsoft.Management/managementGroups/descendants/read';
    return authorizationFailed(request, action, `${prefix}/${request.parameters.group}`);
  }
  const isRoot = group === rootManagementGroup;
  if (!isRoot && !childManagementGroups.some((child) => child === group)) {
    return armError(404, 'NotFound', `'${prefix}/${request.parameters.group}' not found.`);
  }
  const children = isRoot
    ? childManagementGroups.map((name) =>
        descendant(`${prefix}/${name}`, 'managementGroups', name, name, rootManagementGroup),
      )
    : [];
  const subscriptions = request.tenant
    .subscriptions()
    .filter(({ managementGroup }) => managementGroup !== null && (isRoot || managementGroup === group))
    .map(({ subscriptionId, displayName, managementGroup }) =>
      descendant(
        `/subscriptions/${subscriptionId}`,
        'managementGroups/subscriptions',
        subscriptionId,
        displayName,
        managementGroup ?? '',
      ),
    );
  return listAnswer(request, [...children, ...subscriptions]);
}

function descendant(id: string, type: string, name: string, displayName: string, parent: string) {
  return {
    id,
    type: `Microsoft.Management/${type}`,
    name,
    properties: { displayName, parent: { id: `${prefix}/${parent}` } },
  };
}
