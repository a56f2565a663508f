import { listRoleAssignmentsOf } from '../azure/resource-manager/resources/role-assignments.ts';
import type { LiveAccess, LiveRoleAssignment } from '../inventory/live-principal.ts';
import { fold } from '../inventory/names/fold.ts';
import type { ReadingEvent } from '../inventory/reading.ts';
import { hasDataActions, type RolePermission } from '../inventory/roles/permissions.ts';
import { createRater, subscriptionOf } from '../inventory/roles/privilege.ts';
import { type RoleAssignmentReading, type RoleDefinitionReading, roleKey } from '../inventory/roles/role.ts';
import { kindReaders } from './kinds/kind-readers.ts';
import { roleAssignmentsReader } from './kinds/role-assignments.ts';
import { type LiveReadRequest, readLive } from './read-live.ts';

export interface LiveAccessRequest extends Omit<LiveReadRequest, 'subscriptionIds' | 'kinds' | 'readers' | 'sink'> {
  /** A GUID: Azure knows no client ids here. */
  readonly principalId: string;
}

/**
 * Reads the role assignments that a principal has now, also through groups, in every visible subscription that the
 * settings allow.
 * @throws what `readLive` throws
 */
export async function readLiveAccess({ principalId, ...request }: LiveAccessRequest): Promise<LiveAccess> {
  const readAt = new Date().toISOString();
  const memory = keepAssignments(principalId);
  const ofPrincipal = roleAssignmentsReader((arm, subscriptionId, context) =>
    listRoleAssignmentsOf(arm, subscriptionId, principalId, context),
  );
  const { subscriptions: _, ...read } = await readLive({
    ...request,
    subscriptionIds: null,
    kinds: ['roleAssignments'],
    readers: { ...kindReaders, roleAssignments: ofPrincipal },
    sink: memory.write,
  });
  return { readAt, roleAssignments: memory.rows(), dataActionsKnown: memory.dataActionsKnown(), ...read };
}

function keepAssignments(principalId: string) {
  const assignments = new Map<string, RoleAssignmentReading>();
  const roles = new Map<string, RoleDefinitionReading>();
  const rate = createRater();
  return {
    write(event: ReadingEvent): void {
      if (event.type === 'roleAssignments') {
        for (const assignment of event.rows) {
          const key = fold(assignment.id);
          const before = assignments.get(key);
          // Lists give the role other ids: keep the same one, whichever list comes first.
          if (before === undefined || assignment.roleDefinitionId < before.roleDefinitionId)
            assignments.set(key, assignment);
        }
      } else if (event.type === 'roleDefinitions') {
        for (const role of event.rows) roles.set(roleKey(role.id), role);
      }
    },
    rows: (): LiveRoleAssignment[] =>
      [...assignments]
        .map(([key, assignment]) => ({ order: `${fold(assignment.scope)}\n${key}`, row: toRow(assignment) }))
        .sort((a, b) => (a.order < b.order ? -1 : 1))
        .map(({ row }) => row),
    dataActionsKnown: (): boolean =>
      [...assignments.values()].every(({ roleDefinitionId }) => hasDataActions(permissionsOf(roleDefinitionId))),
  };

  function permissionsOf(roleDefinitionId: string): readonly RolePermission[] | null {
    return roles.get(roleKey(roleDefinitionId))?.permissions ?? null;
  }

  function toRow({ principalId: assignee, ...assignment }: RoleAssignmentReading): LiveRoleAssignment {
    const { roleDefinitionId, scope } = assignment;
    const isOwn = assignee.toLowerCase() === principalId.toLowerCase();
    return {
      ...assignment,
      roleDefinitionName: roles.get(roleKey(roleDefinitionId))?.roleName ?? null,
      inherited: subscriptionOf(scope) === null,
      ...rate(roleKey(roleDefinitionId), permissionsOf(roleDefinitionId), scope),
      via: isOwn ? 'direct' : 'group',
      groupId: isOwn ? null : assignee.toLowerCase(),
    };
  }
}
