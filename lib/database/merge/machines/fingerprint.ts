import type { MachineReading } from '../../../inventory/virtual-machine.ts';

/**
 * A 53-bit hash of everything that the tables keep of a reading, including its casing. If it equals the stored one, the
 * machine is unchanged; otherwise the merge compares the readings field by field. A collision hides a change (chance
 * 2^-53 each).
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

/** Computes two multiplicative hashes of 32 bits, mixes them and cuts them to the 53 bits that a number holds. */
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
