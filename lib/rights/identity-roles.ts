import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import { readAll } from '../azure/resource-manager/client/pages.ts';
import { newRequestContext } from '../azure/resource-manager/client/request-context.ts';
import { listRoleAssignmentsOf } from '../azure/resource-manager/resources/role-assignments.ts';
import { getRoleName } from '../azure/resource-manager/resources/role-definitions.ts';
import { listSubscriptions } from '../azure/resource-manager/resources/subscriptions.ts';
import { NoTokenError, toReason } from '../errors.ts';
import { fold } from '../inventory/names/fold.ts';
import { type RoleAssignmentReading, roleKey } from '../inventory/roles/role.ts';

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

/** A role assignment with the name of its role; the definition's guid if the name is unknown. */
export interface NamedAssignment extends RoleAssignmentReading {
  readonly roleDefinitionName: string;
}

/**
 * The roles of a principal in all subscriptions that it sees, including those through groups.
 * @throws {NoTokenError} any other failure is a warning
 */
export async function readIdentityRoles(
  arm: ArmClient,
  principalId: string,
  signal: AbortSignal,
): Promise<IdentityRoles> {
  const { assignments, warnings } = await readAssignmentsOf([arm], principalId, signal);
  return { roles: assignments === null ? null : rolesOf(assignments), warnings };
}

/** By scope and name, each once. */
function rolesOf(assignments: readonly NamedAssignment[]): IdentityRole[] {
  const byKey = new Map(
    assignments.map(({ scope, roleDefinitionName }) => [
      `${fold(scope)}\n${roleDefinitionName}`,
      { scope, roleDefinitionName },
    ]),
  );
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, role]) => role);
}

/**
 * Role assignments of a principal in all subscriptions that one of some identities sees, each read by the first of them
 * that may. Reads each role's name once.
 * @returns `assignments`: null if none could be read
 * @throws {NoTokenError} any other failure is a warning
 */
export async function readAssignmentsOf(
  arms: readonly ArmClient[],
  principalId: string,
  signal: AbortSignal,
): Promise<{ readonly assignments: readonly NamedAssignment[] | null; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const warn = (what: string, error: unknown): void => {
    signal.throwIfAborted();
    const { code, message } = toReason(error);
    warnings.push(`${what}: ${code}: ${message}`);
  };
  /** What the first of them that may answers. @throws what the first one threw */
  const firstOf = async <T>(allowed: readonly ArmClient[], read: (arm: ArmClient) => Promise<T>): Promise<T> => {
    let failure: unknown;
    for (const arm of allowed) {
      try {
        return await read(arm);
      } catch (error) {
        if (error instanceof NoTokenError) throw error;
        failure ??= error;
      }
    }
    throw failure;
  };

  const seenBy = new Map<string, ArmClient[]>();
  let listedCount = 0;
  for (const arm of arms) {
    try {
      for (const { subscriptionId } of await readAll(listSubscriptions(arm, newRequestContext(signal)))) {
        seenBy.set(subscriptionId, [...(seenBy.get(subscriptionId) ?? []), arm]);
      }
      listedCount += 1;
    } catch (error) {
      if (error instanceof NoTokenError) throw error;
      warn('Cannot list the subscriptions, so the roles are unknown', error);
    }
  }
  if (listedCount === 0) return { assignments: null, warnings };
  if (seenBy.size === 0) warnings.push('The identity sees no subscription: roles elsewhere are not shown');

  const found = new Map<string, RoleAssignmentReading>();
  let readCount = 0;
  await Promise.all(
    [...seenBy].map(async ([subscriptionId, allowed]) => {
      try {
        await firstOf(allowed, (arm) =>
          listRoleAssignmentsOf(arm, subscriptionId, principalId, newRequestContext(signal)).read((page) => {
            for (const assignment of page) found.set(fold(assignment.id), assignment);
          }),
        );
        readCount += 1;
      } catch (error) {
        if (error instanceof NoTokenError) throw error;
        warn(`Cannot read the roles in subscription ${subscriptionId}`, error);
      }
    }),
  );
  if (readCount === 0 && seenBy.size > 0) return { assignments: null, warnings };

  // A role's id differs by subscription; its guid does not.
  const definitions = new Map(
    [...found.values()].map((role) => [roleKey(role.roleDefinitionId), role.roleDefinitionId]),
  );
  const names = new Map<string, string>();
  await Promise.all(
    [...definitions].map(async ([guid, id]) => {
      try {
        names.set(guid, await firstOf(arms, (arm) => getRoleName(arm, id, newRequestContext(signal))));
      } catch (error) {
        if (error instanceof NoTokenError) throw error;
        warn(`Cannot read the name of role ${id}`, error);
      }
    }),
  );
  const assignments = [...found.values()].map((assignment) => ({
    ...assignment,
    roleDefinitionName: names.get(roleKey(assignment.roleDefinitionId)) ?? roleKey(assignment.roleDefinitionId),
  }));
  return { assignments, warnings };
}
