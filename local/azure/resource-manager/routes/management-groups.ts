import type { Answer } from '../../answer.ts';
import { childManagementGroups, rootManagementGroup } from '../../tenant/subscriptions.ts';
import { refusal } from '../arm-errors.ts';
import { listAnswer } from '../list-answer.ts';
import { authorizationFailed } from '../resource-scope.ts';
import type { ArmRequest, Route } from '../router.ts';

const prefix = '/providers/Microsoft.Management/managementGroups';

export const managementGroupRoutes: readonly Route[] = [
  {
    path: `${prefix}/{group}/descendants`,
    apiVersions: ['2021-04-01', '2020-10-01', '2020-05-01', '2020-02-01'],
    answer: listDescendants,
  },
];

/** All groups and subscriptions below a group, including those that the caller may not read. */
function listDescendants(request: ArmRequest): Answer {
  const { tenant, parameters } = request;
  const group = (parameters.group ?? '').toLowerCase();
  const scope = `${prefix}/${parameters.group}`;
  if (!tenant.managementGroupReader) {
    throw authorizationFailed(request, 'Microsoft.Management/managementGroups/descendants/read', scope);
  }
  const isRoot = group === rootManagementGroup;
  if (!isRoot && !childManagementGroups.some((child) => child === group)) {
    throw refusal(404, 'NotFound', `'${scope}' not found.`);
  }
  const children = (isRoot ? childManagementGroups : []).map((name) =>
    descendant(`${prefix}/${name}`, 'managementGroups', name, name, rootManagementGroup),
  );
  const subscriptions = tenant.subscriptions().flatMap(({ subscriptionId, displayName, managementGroup: parent }) => {
    if (parent === null || !(isRoot || parent === group)) return [];
    const id = `/subscriptions/${subscriptionId}`;
    return [descendant(id, 'managementGroups/subscriptions', subscriptionId, displayName, parent)];
  });
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
