import * as v from 'valibot';
import { handsOutKeys, reachesData } from './data-actions.ts';
import { allows, type RolePermission } from './permissions.ts';

/**
 * The privilege of a role assignment at a subscription or above, and the plane that has it: resources (`control`),
 * their data, or both. null = too low for the rule `privilegedIdentity`. `privilegePlane` is also null where a role
 * that is privileged on the control plane was read without its data actions.
 */
export const privilegeEntries = {
  privilege: v.nullable(v.picklist(['high', 'medium'])),
  privilegePlane: v.nullable(v.picklist(['control', 'data', 'both'])),
};
export type Privilege = v.InferOutput<typeof privilegeEntries.privilege>;
export type PrivilegePlane = v.InferOutput<typeof privilegeEntries.privilegePlane>;
export interface Rating {
  readonly privilege: Privilege;
  readonly privilegePlane: PrivilegePlane;
}

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

const notPrivileged: Rating = { privilege: null, privilegePlane: null };

/**
 * Rates role assignments by their role's effect and their scope. Each role is rated once.
 * @returns a function of a role (the last segment of its id), its permissions (null = not read), and a scope
 */
export function createRater(): (
  roleGuid: string,
  permissions: readonly RolePermission[] | null,
  scope: string,
) => Rating {
  const ratings = new Map<string, Rating>();
  return (roleGuid, permissions, scope) => {
    if (!isSubscriptionOrAbove(scope)) return notPrivileged;
    const guid = roleGuid.toLowerCase();
    const rating = ratings.get(guid) ?? rate(guid, permissions);
    ratings.set(guid, rating);
    return rating;
  };
}

/** Far-reaching rights on data alone are medium: with them one cannot give oneself more. */
function rate(guid: string, permissions: readonly RolePermission[] | null): Rating {
  const control = onControlPlane(guid, permissions);
  const data = isKnownById(guid) ? false : reachesData(permissions);
  if (control === null) {
    const opensData = data === true || handsOutKeys(permissions ?? []);
    return opensData ? { privilege: 'medium', privilegePlane: 'data' } : notPrivileged;
  }
  return { privilege: control, privilegePlane: data === null ? null : data ? 'both' : 'control' };
}

/** These built-in roles have no data actions. Their id identifies them even where the role could not be read. */
function isKnownById(guid: string): boolean {
  return guid === contributor || highRoles.has(guid);
}

/**
 * The privilege of a role by its actions minus its notActions. High: all changes of all resources but those that
 * notActions name, or assigning roles (which grants all actions in two steps). Medium: only some of writing, deleting
 * and acting on all resources, and Contributor.
 */
function onControlPlane(guid: string, permissions: readonly RolePermission[] | null): Privilege {
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
