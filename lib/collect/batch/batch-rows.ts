import type { Permission } from '../../inventory/permissions.ts';
import type {
  IdentityType,
  MachineReading,
  MachineType,
  UserAssignedIdentity,
} from '../../inventory/virtual-machine.ts';

/*
 * A batch is NDJSON: the events of a reading, in their order, one array per line.
 *   ["batch", 2]                              the format's version, first
 *   ["begin", subscriptionId, readAt]
 *   ["machines", subscriptionId, [row, …]]    rows as below
 *   ["powerStates", subscriptionId, [[id, powerState], …]]
 *   ["identities", subscriptionId, [[id, principalId, clientId, tenantId], …]]
 *   ["roleAssignments", subscriptionId, [[id, scope, roleDefinitionId, principalId, condition], …]]
 *   ["roleDefinitions", subscriptionId, [[id, roleName, permissions], …]]
 *   ["end", KindReading]
 *   ["done", BatchCounts]                     last: a batch without it is cut off
 * Rows are arrays and leave out what their id says, so that a million of them are read back in seconds.
 */

export const batchVersion = 2;

export type PowerStateRow = readonly [id: string, powerState: string];

export type IdentityRow = readonly [
  id: string,
  principalId: string | null,
  clientId: string | null,
  tenantId: string | null,
];

export type RoleAssignmentRow = readonly [
  id: string,
  scope: string,
  roleDefinitionId: string,
  principalId: string,
  condition: string | null,
];

export type RoleDefinitionRow = readonly [id: string, roleName: string, permissions: readonly Permission[]];

/** A machine in a batch. '' means: as in the id (name, resource group), or as in the line (subscription). */
export type MachineRow = readonly [
  id: string,
  subscriptionId: string,
  resourceGroup: string,
  name: string,
  type: MachineType,
  location: string,
  zones: readonly string[],
  vmId: string | null,
  vmSize: string | null,
  osType: string | null,
  priority: string,
  provisioningState: string | null,
  timeCreated: string | null,
  tags: Readonly<Record<string, string>>,
  scaleSetId: string | null,
  instanceCount: number | null,
  identityType: IdentityType,
  principalId: string | null,
  tenantId: string | null,
  userAssignedIdentities: Readonly<Record<string, UserAssignedIdentity>>,
];

export function toRow(machine: MachineReading, subscriptionId: string): MachineRow {
  const [resourceGroup, name] = namesIn(machine.id);
  return [
    machine.id,
    machine.subscriptionId === subscriptionId ? '' : machine.subscriptionId,
    machine.resourceGroup === resourceGroup ? '' : machine.resourceGroup,
    machine.name === name ? '' : machine.name,
    machine.type,
    machine.location,
    machine.zones,
    machine.vmId,
    machine.vmSize,
    machine.osType,
    machine.priority,
    machine.provisioningState,
    machine.timeCreated,
    machine.tags,
    machine.scaleSetId,
    machine.instanceCount,
    machine.identity.type,
    machine.identity.principalId,
    machine.identity.tenantId,
    machine.identity.userAssignedIdentities,
  ];
}

export function fromRow(row: MachineRow, subscriptionId: string): MachineReading {
  const [resourceGroup, name] = namesIn(row[0]);
  return {
    id: row[0],
    subscriptionId: row[1] || subscriptionId,
    resourceGroup: row[2] || resourceGroup,
    name: row[3] || name,
    type: row[4],
    location: row[5],
    zones: row[6],
    vmId: row[7],
    vmSize: row[8],
    osType: row[9],
    priority: row[10],
    provisioningState: row[11],
    timeCreated: row[12],
    tags: row[13],
    scaleSetId: row[14],
    instanceCount: row[15],
    identity: { type: row[16], principalId: row[17], tenantId: row[18], userAssignedIdentities: row[19] },
  };
}

/** Resource group and name of `/subscriptions/S/resourceGroups/G/providers/…/NAME`. */
function namesIn(id: string): readonly [resourceGroup: string, name: string] {
  const groupAt = id.indexOf('/', id.indexOf('/', 1) + 1) + 1;
  const from = id.indexOf('/', groupAt) + 1;
  return [id.slice(from, id.indexOf('/', from)), id.slice(id.lastIndexOf('/') + 1)];
}
