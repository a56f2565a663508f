import type { Permission } from '../../../inventory/permissions.ts';
import { member } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { subscriptionListPath } from './resource-id.ts';

export const authorizationApiVersion = '2022-04-01';

/**
 * What the identity may do at a subscription: one entry per role, roles through groups and from above included.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/authorization/permissions
 */
export async function listPermissions(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): Promise<readonly Permission[]> {
  const path = subscriptionListPath(subscriptionId, 'Microsoft.Authorization/permissions');
  const permissions: Permission[] = [];
  for await (const page of arm.pages(path, { apiVersion: authorizationApiVersion, context })) {
    permissions.push(...page.map(toPermission));
  }
  return permissions;
}

/**
 * One role's share of what is allowed, of effective permissions and of role definitions alike.
 * An entry whose `notActions` cannot be read grants nothing: it would be taken for more than it is.
 */
export function toPermission(item: unknown): Permission {
  const notActions = texts(member(item, 'notActions') ?? []);
  return notActions === null
    ? { actions: [], notActions: [] }
    : { actions: texts(member(item, 'actions')) ?? [], notActions };
}

function texts(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : null;
}
