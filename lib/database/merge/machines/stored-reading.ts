import {
  identityTypes,
  type MachineIdentity,
  type MachineReading,
  machineTypes,
} from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';

/** The open version of a machine as a reading, to compare a new reading with. */
export type StoredReading = (machine: number) => MachineReading;

export function prepareStoredReading(database: Database): StoredReading {
  const version = database.prepare(`
    SELECT i.resource_id AS id, m.name, m.type, i.subscription_id, v.vm_id, v.zones, v.time_created, v.tags, v.identity_type, v.instance_count,
      l.value AS location, s.value AS vm_size, o.value AS os_type, p.value AS priority, r.value AS provisioning_state,
      c.value AS scale_set, t.value AS identity_tenant
    FROM machine m
    JOIN machine_id i ON i.machine = m.id
    JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL
    LEFT JOIN text l ON l.id = v.location LEFT JOIN text s ON s.id = v.vm_size LEFT JOIN text o ON o.id = v.os_type
    LEFT JOIN text p ON p.id = v.priority LEFT JOIN text r ON r.id = v.provisioning_state
    LEFT JOIN text c ON c.id = v.scale_set LEFT JOIN text t ON t.id = v.identity_tenant
    WHERE m.id = ?`);
  const attachments = database.prepare(`
    SELECT i.kind, coalesce(a.resource_id, i.resource_id) AS resource_id, i.principal_id, i.client_id
    FROM attachment a JOIN identity i ON i.id = a.identity
    WHERE a.machine = ? AND a.valid_to IS NULL ORDER BY a.position`);
  return (machine) => {
    const row = version.get(machine);
    if (row === undefined) throw new Error(`machine ${machine} has no open version`);
    const id = String(row.id);
    return {
      id,
      name: String(row.name),
      type: machineTypes[Number(row.type)] ?? 'Microsoft.Compute/virtualMachines',
      subscriptionId: String(row.subscription_id),
      resourceGroup: id.split('/')[4] ?? '',
      location: String(row.location),
      zones: row.zones === null ? [] : String(row.zones).split(';'),
      vmId: textOf(row.vm_id),
      vmSize: textOf(row.vm_size),
      osType: textOf(row.os_type),
      priority: String(row.priority),
      provisioningState: textOf(row.provisioning_state),
      timeCreated: row.time_created === null ? null : new Date(Number(row.time_created)).toISOString(),
      tags: row.tags === null ? {} : JSON.parse(String(row.tags)),
      scaleSetId: textOf(row.scale_set),
      instanceCount: row.instance_count === null ? null : Number(row.instance_count),
      identity: storedIdentity(row.identity_type, row.identity_tenant, attachments.all(machine)),
    };
  };
}

function storedIdentity(type: unknown, tenant: unknown, rows: readonly Record<string, unknown>[]): MachineIdentity {
  const system = rows.find((row) => row.kind === 1);
  const assigned = rows.filter((row) => row.kind === 2);
  return {
    type: identityTypes[Number(type)] ?? 'None',
    principalId: textOf(system?.principal_id),
    tenantId: textOf(tenant),
    userAssignedIdentities: Object.fromEntries(
      assigned.map((row) => [
        String(row.resource_id),
        { principalId: textOf(row.principal_id), clientId: textOf(row.client_id) },
      ]),
    ),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
