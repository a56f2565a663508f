import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import { newRequestContext } from '../azure/resource-manager/client/request-context.ts';
import { listRoleAssignmentsOf, type RoleAssignment } from '../azure/resource-manager/resources/role-assignments.ts';
import { getRoleName } from '../azure/resource-manager/resources/role-definitions.ts';
import { listSubscriptions, type Subscription } from '../azure/resource-manager/resources/subscriptions.ts';
import { NoTokenError, toReason } from '../errors.ts';

export interface IdentityRole {
  readonly scope: string;
  /** `Reader`; the definition's guid where its name could not be read. */
  readonly roleDefinitionName: string;
}

/** What an identity may do, as far as it could be read. */
export interface IdentityRoles {
  /** By scope and name, each once; null when they could not be read at all. */
  readonly roles: readonly IdentityRole[] | null;
  /** What is missing, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Role assignments of a principal in all subscriptions that it sees, those through groups included. Each role's name is read once.
 * @throws {NoTokenError} no token is to be had; any other failure is a warning
 */
export async function readIdentityRoles(
  arm: ArmClient,
  principalId: string,
  signal: AbortSignal,
): Promise<IdentityRoles> {
  const warnings: string[] = [];
  const warn = (what: string, error: unknown): void => {
    signal.throwIfAborted();
    if (error instanceof NoTokenError) throw error;
    const { code, message } = toReason(error);
    warnings.push(`${what}: ${code}: ${message}`);
  };
  const subscriptions: Subscription[] = [];
  try {
    for await (const page of listSubscriptions(arm, newRequestContext(signal))) subscriptions.push(...page);
  } catch (error) {
    warn('The roles could not be read, since the subscriptions could not be listed', error);
    return { roles: null, warnings };
  }
  if (subscriptions.length === 0) warnings.push('The identity sees no subscription: roles elsewhere are not shown');

  const assignments = new Map<string, RoleAssignment>();
  let readCount = 0;
  await Promise.all(
    subscriptions.map(async ({ subscriptionId }) => {
      try {
        for await (const page of listRoleAssignmentsOf(arm, subscriptionId, principalId, newRequestContext(signal))) {
          for (const assignment of page) assignments.set(assignment.id.toLowerCase(), assignment);
        }
        readCount += 1;
      } catch (error) {
        warn(`The roles in subscription ${subscriptionId} could not be read`, error);
      }
    }),
  );
  if (readCount === 0 && subscriptions.length > 0) return { roles: null, warnings };

  // the same role has another id in each subscription; its guid is the same
  const definitions = new Map([...assignments.values()].map((role) => [guidOf(role), role.roleDefinitionId]));
  const names = new Map<string, string>();
  await Promise.all(
    [...definitions].map(async ([guid, id]) => {
      try {
        names.set(guid, await getRoleName(arm, id, newRequestContext(signal)));
      } catch (error) {
        warn(`The name of role ${id} could not be read`, error);
      }
    }),
  );
  const roles = [...assignments.values()].map((assignment) => ({
    scope: assignment.scope,
    roleDefinitionName: names.get(guidOf(assignment)) ?? guidOf(assignment),
  }));
  return { roles: sortedOnce(roles), warnings };
}

function guidOf({ roleDefinitionId }: RoleAssignment): string {
  return roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1).toLowerCase();
}

function sortedOnce(roles: readonly IdentityRole[]): IdentityRole[] {
  const once = new Map(roles.map((role) => [`${role.scope.toLowerCase()}\n${role.roleDefinitionName}`, role]));
  return [...once.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, role]) => role);
}
