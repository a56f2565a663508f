import * as v from 'valibot';
import type { ChangeKind } from '../run.ts';
import { nullableText, type ShapeOf, text, time } from '../shape.ts';

/** What an author may be. `managedIdentity` = an identity that this inventory knows. */
export const callerTypes = ['user', 'application', 'managedIdentity', 'platform', 'unknown'] as const;

/**
 * Whether the activity log names the author of a change:
 * - `notFound`: not yet, or not at all. A run asks once more for what the run before did not find.
 * - `notRead`: the run did not ask, or could not read the log.
 * - `expired`: the log no longer covers the time of the change.
 * - `off`: the settings turned this off.
 */
export const authorStatuses = ['found', 'notFound', 'notRead', 'expired', 'off'] as const;
export type AuthorStatus = (typeof authorStatuses)[number];

/** Who caused a change: the newest succeeded event of the activity log in its window that names the resource. */
export const authorShape = v.object({
  /** As Azure writes it: the name of a user, or a GUID. null = the platform. */
  caller: nullableText,
  callerType: v.picklist(callerTypes),
  /** Principal id of an application or a managed identity. */
  callerId: nullableText,
  /** `Microsoft.Compute/virtualMachines/write` */
  operation: text,
  at: time,
  correlationId: nullableText,
  clientIpAddress: nullableText,
  /** Every caller in the window, the last one first, if there were several. */
  candidates: v.nullable(v.array(nullableText)),
});
export type Author = ShapeOf<typeof authorShape>;

/** What the author of a change did to the resource. */
export type Verb = 'write' | 'delete' | 'move';

/** Kinds of change that have an author. The others follow from what this identity sees, or from a person's command. */
const verbs: Partial<Record<ChangeKind, Verb>> = {
  virtualMachineCreated: 'write',
  virtualMachineDeleted: 'delete',
  virtualMachineRecreated: 'write',
  virtualMachineMoved: 'move',
  virtualMachineUpdated: 'write',
  identityAttached: 'write',
  identityDetached: 'write',
  identityRecreated: 'write',
  roleAssigned: 'write',
  roleRemoved: 'delete',
  federatedCredentialAdded: 'write',
  federatedCredentialRemoved: 'delete',
};

export function hasAuthor(kind: ChangeKind): boolean {
  return verbOf(kind) !== null;
}

/** null = a change of this kind has no author. */
export function verbOf(kind: ChangeKind): Verb | null {
  return verbs[kind] ?? null;
}
