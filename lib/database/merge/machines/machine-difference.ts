import { fold } from '../../../inventory/names/fold.ts';
import { hashOf } from '../../../inventory/names/hash.ts';
import type { ChangeKind } from '../../../inventory/run.ts';
import type { MachineIdentity, MachineReading } from '../../../inventory/virtual-machine.ts';
import { machineFields } from '../../machine-fields.ts';

/** They count only if they have a value, so that older fingerprints stay equal. */
const laterProperties = machineFields.filter(({ since }) => since > 1);
const contentFields = machineFields.filter(({ difference }) => difference !== 'updateInPlace');

/**
 * A 53-bit hash of everything that the tables keep of a reading, including its casing. If it equals the stored one, the
 * machine is unchanged; otherwise the merge compares the readings field by field. A collision hides a change (chance
 * 2^-53 each).
 */
export function fingerprintOf(machine: MachineReading): number {
  const { identity } = machine;
  // The fields of schema version 1, whose order is fixed. A loop over them would take a tenth more time.
  const fields = [
    machine.id,
    machine.name,
    machine.location,
    machine.vmId,
    machine.vmSize,
    machine.osType,
    machine.priority,
    machine.provisioningState,
    machine.timeCreated,
    machine.scaleSetId,
    identity.type,
    identity.principalId,
    identity.tenantId,
  ];
  for (const { property, since } of laterProperties) {
    const value = machine[property];
    if (value === null) continue;
    // Tells the value apart from another field's. Fingerprints of instance counts (version 2) lack the name.
    if (since > 2) fields.push(property);
    fields.push(JSON.stringify(value));
  }
  for (const zone of machine.zones) fields.push(zone);
  for (const name in machine.tags) fields.push('tag', name, machine.tags[name] ?? null);
  for (const id in identity.userAssignedIdentities) {
    const assigned = identity.userAssignedIdentities[id];
    fields.push(id, assigned?.principalId ?? null, assigned?.clientId ?? null);
  }
  return hashOf(fields);
}

/** What the difference between two readings of one machine means. */
type Difference =
  /** The same content in another form. */
  | { readonly kind: 'none' }
  /** Same id, another machine. */
  | { readonly kind: 'recreated' }
  /**
   * `content`: something besides attached, detached or re-created identities differs. `identity`: the identities differ.
   */
  | { readonly kind: 'changed'; readonly content: boolean; readonly identity: boolean };

/** Compares the stored reading with a new one. Only two known, different `vmId`s mean re-created. */
export function differenceBetween(
  before: MachineReading,
  after: MachineReading,
  ignoredTags: ReadonlySet<string>,
): Difference {
  if (before.vmId !== null && after.vmId !== null && fold(before.vmId) !== fold(after.vmId)) {
    return { kind: 'recreated' };
  }
  const identity = identityText(before.identity) !== identityText(after.identity);
  const content =
    contentText(before, ignoredTags) !== contentText(after, ignoredTags) ||
    (identity && changesBeyondSlots(before.identity, after.identity));
  return content || identity ? { kind: 'changed', content, identity } : { kind: 'none' };
}

/** The content of a machine without its identity: a difference begins a new version. */
function contentText(machine: MachineReading, ignoredTags: ReadonlySet<string>): string {
  const tags = Object.entries(machine.tags)
    .map(([name, value]) => [fold(name), value] as const)
    .filter(([name]) => !ignoredTags.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const values = contentFields.map(({ property, difference }) => {
    if (property === 'tags') return tags;
    const value = machine[property];
    return difference === 'newVersionIgnoringCase' && typeof value === 'string' ? fold(value) : value;
  });
  return JSON.stringify([machine.name, ...values]);
}

function identityText(identity: MachineIdentity): string {
  return JSON.stringify([identity.type, fold(identity.tenantId ?? ''), attachedKeys(identity).sort()]);
}

/** Whether identities differ in more than their slots: ids that became known, the type alone, the tenant. */
function changesBeyondSlots(before: MachineIdentity, after: MachineIdentity): boolean {
  const slotsBefore = identitySlots(before);
  const slotsAfter = identitySlots(after);
  const slots = new Set(slotsBefore.keys()).union(slotsAfter);
  const isChanged = (slot: string): boolean => slotChange(slotsBefore.get(slot), slotsAfter.get(slot)) !== null;
  const changed = new Set(slots.values().filter(isChanged));
  const kept = (identity: MachineIdentity): string =>
    JSON.stringify(
      attachedKeys(identity)
        .filter((key) => !changed.has(key.slice(0, key.indexOf(' '))))
        .sort(),
    );
  const movedTenant =
    before.tenantId !== null && after.tenantId !== null && fold(before.tenantId) !== fold(after.tenantId);
  return changed.size === 0 || movedTenant || kept(before) !== kept(after);
}

/** One text per identity on the machine: its slot, then its ids. Equal texts are the same identity. */
function attachedKeys({ principalId, userAssignedIdentities }: MachineIdentity): string[] {
  const system = principalId === null ? [] : [`system ${principalId}`];
  const assigned = Object.entries(userAssignedIdentities).map(
    ([id, { principalId, clientId }]) => `${id} ${principalId} ${clientId}`,
  );
  return [...new Set(system.concat(assigned).map((key) => fold(key)))];
}

/** The principal id in each slot of a machine: `system`, and the folded id of each user-assigned identity. */
export function identitySlots(identity: MachineIdentity): Map<string, string | null> {
  const slots = new Map<string, string | null>();
  if (identity.principalId !== null) slots.set('system', identity.principalId);
  for (const [id, { principalId }] of Object.entries(identity.userAssignedIdentities)) {
    slots.set(fold(id), principalId);
  }
  return slots;
}

/**
 * What happened in one slot: an identity was attached, detached or re-created (another principal id under the same id).
 * Null = nothing that is a change of its own: an id became known, or unknown.
 */
export function slotChange(
  before: string | null | undefined,
  after: string | null | undefined,
): Extract<ChangeKind, 'identityAttached' | 'identityDetached' | 'identityRecreated'> | null {
  if (before === undefined) return after === undefined ? null : 'identityAttached';
  if (after === undefined) return 'identityDetached';
  return before !== null && after !== null && fold(before) !== fold(after) ? 'identityRecreated' : null;
}
