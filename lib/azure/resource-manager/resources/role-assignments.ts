import { guidPattern } from '../../../inventory/commands/azure-id.ts';
import type { RoleAssignmentReading } from '../../../inventory/roles/role.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import type { Pages } from '../client/pages.ts';
import { authorizationApiVersion } from './permissions.ts';
import { subscriptionList } from './resource-requests.ts';

const roleAssignmentType = 'Microsoft.Authorization/roleAssignments';

const members = {
  id: 'all',
  properties: { scope: 'all', roleDefinitionId: 'all', principalId: 'all', principalType: 'all', condition: 'all' },
} as const;

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
  { apiVersion: authorizationApiVersion, members },
  (page) => page.filter(mayBeManagedIdentity).map(toRoleAssignmentReading),
);

/**
 * Role assignments of a principal at, above and below a subscription, those of its groups (of any depth) included: such
 * an assignment names the group. A row that cannot be read is left out, and fails the list at its end.
 * @param principalId a GUID
 * @see https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
 */
export function listRoleAssignmentsOf(
  arm: ArmClient,
  subscriptionId: string,
  principalId: string,
  context: RequestContext,
): Pages<RoleAssignmentReading> {
  const query = { $filter: `assignedTo('${principalId}')` };
  const request = { apiVersion: authorizationApiVersion, query, members };
  const pages = subscriptionList(roleAssignmentType, request, (page) => page)(arm, subscriptionId, context);
  const unreadable: InvalidResponseError[] = [];
  const read = (item: unknown): RoleAssignmentReading[] => {
    try {
      const assignment = toRoleAssignmentReading(item);
      if (guidPattern.test(assignment.principalId)) return [assignment];
      throw new InvalidResponseError(`A role assignment names a principal that is not a GUID: ${assignment.id}`);
    } catch (error) {
      if (!(error instanceof InvalidResponseError)) throw error;
      unreadable.push(error);
      return [];
    }
  };
  return {
    async read(take) {
      await pages.read((page) => take(page.flatMap(read)));
      const [first] = unreadable;
      if (first !== undefined) throw first;
    },
  };
}

function mayBeManagedIdentity(item: unknown): boolean {
  const principalType = textOrNull(member(member(item, 'properties'), 'principalType'));
  return principalType === null || !notManagedIdentities.has(principalType.toLowerCase());
}

function toRoleAssignmentReading(item: unknown): RoleAssignmentReading {
  const properties = member(item, 'properties');
  const id = textOrNull(member(item, 'id'));
  const scope = textOrNull(member(properties, 'scope'));
  const roleDefinitionId = textOrNull(member(properties, 'roleDefinitionId'));
  const principalId = textOrNull(member(properties, 'principalId'));
  if (id === null || scope === null || roleDefinitionId === null) {
    throw new InvalidResponseError(`A role assignment was listed without id, scope or role: ${id ?? 'no id'}`);
  }
  if (principalId === null) throw new InvalidResponseError(`A role assignment was listed without its principal: ${id}`);
  return { id, scope, roleDefinitionId, principalId, condition: textOrNull(member(properties, 'condition')) };
}
