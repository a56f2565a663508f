import type { Permission, RolePermission } from '../../../inventory/roles/permissions.ts';
import { member } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { readAll } from '../client/pages.ts';
import { subscriptionList } from './resource-requests.ts';

export const authorizationApiVersion = '2022-04-01';

const permissionPages = subscriptionList(
  'Microsoft.Authorization/permissions',
  { apiVersion: authorizationApiVersion },
  (page) => page.map(toPermission),
);

/**
 * The identity's effective permissions on a subscription: one entry per role, including roles through groups and from
 * above.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/authorization/permissions
 */
export function listPermissions(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): Promise<readonly Permission[]> {
  return readAll(permissionPages(arm, subscriptionId, context));
}

/** An entry of effective permissions. If its `notActions` are unreadable, it grants nothing. */
function toPermission(item: unknown): Permission {
  const notActions = texts(member(item, 'notActions') ?? []);
  return notActions === null
    ? { actions: [], notActions: [] }
    : { actions: texts(member(item, 'actions')) ?? [], notActions };
}

/**
 * An entry of a role definition. Azure Stack answers versions of the API that have no data actions: they are not known
 * then, and neither are they if another list of the entry is unreadable. A list beside data actions may be left out.
 */
export function toRolePermission(item: unknown): RolePermission {
  const others = ['actions', 'notActions', 'notDataActions'].map((name) => texts(member(item, name) ?? []));
  const dataActions = others.includes(null) ? null : texts(member(item, 'dataActions'));
  return { ...toPermission(item), dataActions, notDataActions: dataActions === null ? null : (others[2] ?? null) };
}

function texts(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : null;
}
