import { allows, type Permission } from './permissions.ts';

/** The privilege of a role assignment at a subscription or above; null = too low for the rule `privilegedIdentity`. */
export type Privilege = 'high' | 'medium' | null;

/** @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/privileged */
const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const highRoles: ReadonlySet<string> = new Set([
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', // Owner
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', // User Access Administrator
  'f58310d9-a9f6-439a-9e8d-f62e7b41a168', // Role Based Access Control Administrator
]);

const assignRoles = 'Microsoft.Authorization/roleAssignments/write';
/** Of a provider that no role names: only wildcards allow or exclude them. */
const changeAnything = ['write', 'delete', 'run/action'].map((verb) => `Microsoft.Unnamed/resources/${verb}`);

/**
 * The privilege that a role grants at a scope, by its effect: actions minus notActions. High: all changes of all
 * resources but those that notActions name, or assigning roles (which grants all actions in two steps). Medium: only
 * some of writing, deleting and acting on all resources, and Contributor. The id alone identifies built-in roles, even
 * where the role itself could not be read.
 * @param permissions of the role; null = not read
 */
export function privilegeOf(roleGuid: string, permissions: readonly Permission[] | null, scope: string): Privilege {
  if (!isSubscriptionOrAbove(scope)) return null;
  const guid = roleGuid.toLowerCase();
  if (guid === contributor) return 'medium';
  if (highRoles.has(guid)) return 'high';
  if (permissions === null) return null;
  const changes = changeAnything.filter((action) => allows(permissions, action));
  if (changes.length === changeAnything.length || allows(permissions, assignRoles)) return 'high';
  return changes.length > 0 ? 'medium' : null;
}

/** `/`, a management group, or a whole subscription. */
function isSubscriptionOrAbove(scope: string): boolean {
  return subscriptionOf(scope) === null || /^\/subscriptions\/[^/]+\/?$/i.test(scope);
}

/** The subscription (lower case) that a scope or resource id is at or below; null = it is above subscriptions. */
export function subscriptionOf(scope: string): string | null {
  return /^\/subscriptions\/([^/]+)/i.exec(scope)?.[1]?.toLowerCase() ?? null;
}
