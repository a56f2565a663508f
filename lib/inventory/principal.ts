import * as v from 'valibot';
import { privilegeEntries } from './privilege.ts';
import { guid, nullableText, type ShapeOf, text, time } from './shape.ts';
import { federatedCredentialShape } from './user-assigned-identity.ts';

export const principalStates = ['attached', 'detached', 'dangling', 'gone', 'unknown'] as const;
export type PrincipalState = (typeof principalStates)[number];

/** Not read: the identity that reads the inventory has no right to do so. */
const notRead = v.literal('notRead');

/** A managed identity by its principal id, with the machines that have it, now and before. */
export const principalShape = v.object({
  principalId: guid,
  clientId: nullableText,
  kind: v.picklist(['SystemAssigned', 'UserAssigned']),
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
    }),
  ),
  /** Of a user-assigned identity; read for attached ones only. */
  federatedCredentials: v.array(federatedCredentialShape),
});
export type Principal = ShapeOf<typeof principalShape>;
export type PrincipalMachine = Principal['virtualMachines'][number];
export type PrincipalRoleAssignment = Principal['roleAssignments'][number];
export type AccessCoverage = Principal['accessCoverage'];

/** The answer for an id that no run has seen. */
export const neverSeenPrincipalShape = v.object({ principalId: guid, state: v.literal('neverSeen') });
export type NeverSeenPrincipal = ShapeOf<typeof neverSeenPrincipalShape>;
