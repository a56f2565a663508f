import * as v from 'valibot';
import { type Privilege, privilegeEntries } from './roles/privilege.ts';
import { count, guid, nullableText, type ShapeOf, text, time } from './shape.ts';
import { federatedCredentialShape } from './user-assigned-identity.ts';

export const principalStates = ['attached', 'detached', 'dangling', 'gone', 'unknown'] as const;
export type PrincipalState = (typeof principalStates)[number];

/** Not read: the identity that reads the inventory has no right to do so. */
const notRead = v.literal('notRead');

const patterns = v.array(text);

export const principalKinds = ['SystemAssigned', 'UserAssigned'] as const;
export type PrincipalKind = (typeof principalKinds)[number];

/** A managed identity by its principal id, with the machines that have it, now and before. */
export const principalShape = v.object({
  principalId: guid,
  clientId: nullableText,
  kind: v.picklist(principalKinds),
  /** Resource id of a user-assigned identity; null for a system-assigned one. */
  identityId: nullableText,
  tenantId: nullableText,
  state: v.picklist(principalStates),
  firstSeen: time,
  lastSeen: time,
  /** Which ways to a role were read. */
  accessCoverage: v.object({
    direct: v.picklist(['complete', 'partial', 'notRead']),
    groups: notRead,
    directory: notRead,
    /** Present where the data actions of a role are not known: what it may do with data was not rated. */
    dataActions: v.exactOptional(notRead),
  }),
  /** Machines that have it now. */
  virtualMachineCount: count,
  virtualMachines: v.array(
    v.object({ id: text, name: text, subscriptionId: guid, attachedFrom: time, detachedAt: v.nullable(time) }),
  ),
  roleAssignments: v.array(
    v.object({
      id: text,
      scope: text,
      roleDefinitionId: text,
      /** null where the role itself could not be read; `(deleted role)` where it was gone before it was read. */
      roleDefinitionName: nullableText,
      inherited: v.boolean(),
      condition: nullableText,
      ...privilegeEntries,
      /** Only where requested: what the role allows; null where that is not known. */
      permissions: v.exactOptional(
        v.nullable(
          v.array(
            v.object({ actions: patterns, notActions: patterns, dataActions: patterns, notDataActions: patterns }),
          ),
        ),
      ),
    }),
  ),
  /** Of a user-assigned identity; read for attached ones only. */
  federatedCredentials: v.array(federatedCredentialShape),
});
export type Principal = ShapeOf<typeof principalShape>;

/** A principal as a row of a list: what a query selects may include these two. */
export const principalRowShape = v.object({
  ...principalShape.entries,
  roleAssignmentCount: v.exactOptional(count),
  highestPrivilege: v.exactOptional(privilegeEntries.privilege),
});
export type PrincipalRow = ShapeOf<typeof principalRowShape>;

/** The fields of a row that only a query that selects fields has. */
export function roleCounts(
  roles: readonly { readonly privilege: Privilege }[],
  select: readonly string[] | undefined,
): Pick<PrincipalRow, 'roleAssignmentCount' | 'highestPrivilege'> {
  if (select === undefined) return {};
  const highest = (['high', 'medium'] as const).find((privilege) => roles.some((role) => role.privilege === privilege));
  return { roleAssignmentCount: roles.length, highestPrivilege: highest ?? null };
}
export type PrincipalMachine = Principal['virtualMachines'][number];
export type PrincipalRoleAssignment = Principal['roleAssignments'][number];
export type AccessCoverage = Principal['accessCoverage'];

/** The answer for an id that no run has seen. */
export const neverSeenPrincipalShape = v.object({ principalId: guid, state: v.literal('neverSeen') });
export type NeverSeenPrincipal = ShapeOf<typeof neverSeenPrincipalShape>;
