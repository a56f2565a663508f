import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import { forEachPage, readAll } from '../azure/resource-manager/client/pages.ts';
import { newRequestContext } from '../azure/resource-manager/client/request-context.ts';
import { listRoleAssignmentsOf } from '../azure/resource-manager/resources/role-assignments.ts';
import { getRoleName } from '../azure/resource-manager/resources/role-definitions.ts';
import { listSubscriptions, type Subscription } from '../azure/resource-manager/resources/subscriptions.ts';
import { NoTokenError, toReason } from '../errors.ts';
import { fold } from '../inventory/names/fold.ts';
import { type RoleAssignmentReading, roleKey } from '../inventory/role.ts';

export interface IdentityRole {
  readonly scope: string;
  /** `Reader`; the definition's guid if its name is unknown. */
  readonly roleDefinitionName: string;
}

/** The roles of an identity, as far as they are known. */
export interface IdentityRoles {
  /** By scope and name, each once; null if none could be read. */
  readonly roles: readonly IdentityRole[] | null;
  /** What is missing, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Role assignments of a principal in all subscriptions that it sees, including those through groups. Reads each role's
 * name once.
 * @throws {NoTokenError} any other failure is a warning
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
  let subscriptions: readonly Subscription[];
  try {
    subscriptions = await readAll(listSubscriptions(arm, newRequestContext(signal)));
  } catch (error) {
    warn('Cannot list the subscriptions, so the roles are unknown', error);
    return { roles: null, warnings };
  }
  if (subscriptions.length === 0) warnings.push('The identity sees no subscription: roles elsewhere are not shown');

  const assignments = new Map<string, RoleAssignmentReading>();
  let readCount = 0;
  await Promise.all(
    subscriptions.map(async ({ subscriptionId }) => {
      try {
        await forEachPage(
          listRoleAssignmentsOf(arm, subscriptionId, principalId, newRequestContext(signal)),
          (page) => {
            for (const assignment of page) assignments.set(fold(assignment.id), assignment);
          },
        );
        readCount += 1;
      } catch (error) {
        warn(`Cannot read the roles in subscription ${subscriptionId}`, error);
      }
    }),
  );
  if (readCount === 0 && subscriptions.length > 0) return { roles: null, warnings };

  // A role's id differs by subscription; its guid does not.
  const definitions = new Map(
    [...assignments.values()].map((role) => [roleKey(role.roleDefinitionId), role.roleDefinitionId]),
  );
  const names = new Map<string, string>();
  await Promise.all(
    [...definitions].map(async ([guid, id]) => {
      try {
        names.set(guid, await getRoleName(arm, id, newRequestContext(signal)));
      } catch (error) {
        warn(`Cannot read the name of role ${id}`, error);
      }
    }),
  );
  const roles = [...assignments.values()].map((assignment) => ({
    scope: assignment.scope,
    roleDefinitionName: names.get(roleKey(assignment.roleDefinitionId)) ?? roleKey(assignment.roleDefinitionId),
  }));
  return { roles: sortedOnce(roles), warnings };
}

function sortedOnce(roles: readonly IdentityRole[]): IdentityRole[] {
  const byKey = new Map(roles.map((role) => [`${fold(role.scope)}\n${role.roleDefinitionName}`, role]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, role]) => role);
}
