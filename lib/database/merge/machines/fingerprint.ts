import type { MachineReading } from '../../../inventory/virtual-machine.ts';

/**
 * A 53-bit hash of everything the tables keep of a reading, casing included. Equal to the stored one: nothing to do.
 * Different: the two readings are compared field by field, so a collision can only hide a change (chance 2^-53 each).
 */
export function fingerprintOf(machine: MachineReading): number {
  const { identity } = machine;
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
  if (machine.instanceCount !== null) fields.push(String(machine.instanceCount));
  for (const zone of machine.zones) fields.push(zone);
  for (const name in machine.tags) fields.push('tag', name, machine.tags[name] ?? null);
  for (const id in identity.userAssignedIdentities) {
    const assigned = identity.userAssignedIdentities[id];
    fields.push(id, assigned?.principalId ?? null, assigned?.clientId ?? null);
  }
  return hashOf(fields);
}

/** Two multiplicative hashes of 32 bits side by side, mixed and cut to the 53 bits that a number holds. */
function hashOf(fields: readonly (string | null)[]): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const field of fields) {
    const text = field ?? '\0';
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
    high = Math.imul(high ^ 0x1f, 2654435761);
    low = Math.imul(low ^ 0x1f, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** The content of a machine without its identity, as one comparable text: what a version stands for. */
export function contentOf(machine: MachineReading, ignoredTags: ReadonlySet<string>): string {
  const tags = Object.entries(machine.tags)
    .filter(([name]) => !ignoredTags.has(name.toLowerCase()))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    machine.name,
    machine.location,
    machine.zones,
    machine.vmId,
    machine.vmSize,
    machine.osType,
    machine.priority,
    machine.timeCreated,
    machine.scaleSetId?.toLowerCase() ?? null,
    tags,
  ]);
}
