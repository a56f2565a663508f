import type { ChangeKind } from '../../../inventory/run.ts';
import type { MachineIdentity, MachineReading } from '../../../inventory/virtual-machine.ts';
import { contentOf } from './fingerprint.ts';

/** What the difference between two readings of one machine means. */
export type Difference =
  /** The same content in another form. */
  | { readonly kind: 'none' }
  /** Same id, another machine. */
  | { readonly kind: 'recreated' }
  /** `content` = something that is no attaching, detaching or re-creating of an identity; `identity` = the identities differ. */
  | { readonly kind: 'changed'; readonly content: boolean; readonly identity: boolean };

/** Compares the stored reading with a new one. Rule 5 of the data model: a null `vmId` never says re-created. */
export function differenceBetween(
  before: MachineReading,
  after: MachineReading,
  ignoredTags: ReadonlySet<string>,
): Difference {
  if (before.vmId !== null && after.vmId !== null && before.vmId.toLowerCase() !== after.vmId.toLowerCase()) {
    return { kind: 'recreated' };
  }
  const identity = identityText(before.identity) !== identityText(after.identity);
  const content =
    contentOf(before, ignoredTags) !== contentOf(after, ignoredTags) ||
    (identity && changesBeyondSlots(before.identity, after.identity));
  return content || identity ? { kind: 'changed', content, identity } : { kind: 'none' };
}

function identityText(identity: MachineIdentity): string {
  return JSON.stringify([identity.type, identity.tenantId, [...attachedKeys(identity)].sort()]);
}

/** Whether two different identities differ in more than what was attached, detached or re-created: ids that became known, the type alone. */
function changesBeyondSlots(before: MachineIdentity, after: MachineIdentity): boolean {
  const [slotsBefore, slotsAfter] = [identitySlots(before), identitySlots(after)];
  const slots = new Set([...slotsBefore.keys(), ...slotsAfter.keys()]);
  const changed = new Set(
    [...slots].filter((slot) => slotChange(slotsBefore.get(slot), slotsAfter.get(slot)) !== null),
  );
  const kept = (identity: MachineIdentity): string =>
    JSON.stringify([...attachedKeys(identity)].filter((key) => !changed.has(key.slice(0, key.indexOf(' ')))).sort());
  const movedTenant = before.tenantId !== null && after.tenantId !== null && before.tenantId !== after.tenantId;
  return changed.size === 0 || movedTenant || kept(before) !== kept(after);
}

/** One text per identity on the machine; equal texts are the same identity. */
function attachedKeys(identity: MachineIdentity): Set<string> {
  const keys = new Set<string>();
  if (identity.principalId !== null) keys.add(`system ${identity.principalId}`.toLowerCase());
  for (const [id, { principalId, clientId }] of Object.entries(identity.userAssignedIdentities)) {
    keys.add(`${id} ${principalId} ${clientId}`.toLowerCase());
  }
  return keys;
}

/** The slots that identities can take on a machine: the system-assigned one's, and each user-assigned id. */
export function identitySlots(identity: MachineIdentity): Map<string, string | null> {
  const slots = new Map<string, string | null>();
  if (identity.principalId !== null) slots.set('system', identity.principalId);
  for (const [id, { principalId }] of Object.entries(identity.userAssignedIdentities)) {
    slots.set(id.toLowerCase(), principalId);
  }
  return slots;
}

/**
 * What happened to one slot: attached, detached, re-created (another principal id in the same place),
 * or nothing that is a change of its own (an id became known, or unknown).
 */
export function slotChange(
  before: string | null | undefined,
  after: string | null | undefined,
): Extract<ChangeKind, 'identityAttached' | 'identityDetached' | 'identityRecreated'> | null {
  if (before === undefined) return after === undefined ? null : 'identityAttached';
  if (after === undefined) return 'identityDetached';
  return before !== null && after !== null && before.toLowerCase() !== after.toLowerCase() ? 'identityRecreated' : null;
}
