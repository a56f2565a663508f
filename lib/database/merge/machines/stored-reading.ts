import {
  identityTypes,
  type MachineIdentity,
  type MachineReading,
  machineTypes,
} from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { storedProperties } from '../../machine-fields.ts';
import { integer, type SqlRow, text, textOrNull } from '../../queries/row-values.ts';
import { laterColumns } from '../../views/machine-content.ts';

/** The open version of a machine in the form of a reading, to compare a new reading with. */
export type StoredReading = (machine: number) => MachineReading;

export function prepareStoredReading(database: Database): StoredReading {
  const version = database.prepare(`
    SELECT i.resource_id AS id, m.name, m.type, i.subscription_id, v.vm_id, v.zones, v.time_created, v.tags, v.identity_type, v.instance_count,
      l.value AS location, s.value AS vm_size, o.value AS os_type, p.value AS priority, r.value AS provisioning_state,
      c.value AS scale_set, t.value AS identity_tenant${laterColumns('v', (time) => time)}
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
    const id = text(row, 'id');
    return {
      id,
      name: text(row, 'name'),
      type: machineTypes[integer(row, 'type')] ?? 'Microsoft.Compute/virtualMachines',
      subscriptionId: text(row, 'subscription_id'),
      resourceGroup: id.split('/')[4] ?? '',
      ...storedProperties(row, textOrNull),
      identity: storedIdentity(row, attachments.all(machine)),
    };
  };
}

function storedIdentity(version: SqlRow, attachments: readonly SqlRow[]): MachineIdentity {
  const system = attachments.find((row) => row.kind === 1);
  const assigned = attachments.filter((row) => row.kind === 2);
  return {
    type: identityTypes[integer(version, 'identity_type')] ?? 'None',
    principalId: system === undefined ? null : textOrNull(system, 'principal_id'),
    tenantId: textOrNull(version, 'identity_tenant'),
    userAssignedIdentities: Object.fromEntries(
      assigned.map((row) => [
        text(row, 'resource_id'),
        { principalId: textOrNull(row, 'principal_id'), clientId: textOrNull(row, 'client_id') },
      ]),
    ),
  };
}
