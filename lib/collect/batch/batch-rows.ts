import type { RoleAssignmentReading, RoleDefinitionReading } from '../../inventory/role.ts';
import type { UserAssignedIdentityReading } from '../../inventory/user-assigned-identity.ts';
import {
  absentProperties,
  type MachineIdentity,
  type MachineReading,
  type MachineType,
  machineProperties,
  type PowerStateReading,
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

/** 2 is the version with eleven properties of a machine. Each further property raises it, because it moves the others. */
export const batchVersion = 2 + machineProperties.length - 11;

export type PowerStateRow = ReturnType<typeof toPowerStateRow>;
export type IdentityRow = ReturnType<typeof toIdentityRow>;
export type AssignmentRow = ReturnType<typeof toAssignmentRow>;
export type DefinitionRow = ReturnType<typeof toDefinitionRow>;

export const toPowerStateRow = ({ id, powerState }: PowerStateReading) => [id, powerState] as const;

export function fromPowerStateRow([id, powerState]: PowerStateRow): PowerStateReading {
  return { id, powerState };
}

export function toIdentityRow({ id, principalId, clientId, tenantId }: UserAssignedIdentityReading) {
  return [id, principalId, clientId, tenantId] as const;
}

export function fromIdentityRow(row: IdentityRow): UserAssignedIdentityReading {
  const [id, principalId, clientId, tenantId] = row;
  return { id, principalId, clientId, tenantId };
}

export function toAssignmentRow(assignment: RoleAssignmentReading) {
  const { id, scope, roleDefinitionId, principalId, condition } = assignment;
  return [id, scope, roleDefinitionId, principalId, condition] as const;
}

export function fromAssignmentRow(row: AssignmentRow): RoleAssignmentReading {
  const [id, scope, roleDefinitionId, principalId, condition] = row;
  return { id, scope, roleDefinitionId, principalId, condition };
}

export function toDefinitionRow({ id, roleName, permissions }: RoleDefinitionReading) {
  return [id, roleName, permissions] as const;
}

export function fromDefinitionRow([id, roleName, permissions]: DefinitionRow): RoleDefinitionReading {
  return { id, roleName, permissions };
}

export type MachineRow = readonly [
  id: string,
  subscriptionId: string,
  resourceGroup: string,
  name: string,
  type: MachineType,
  ...propertiesAndIdentity: readonly unknown[],
];
const firstProperty = 5;
const firstOfIdentity = firstProperty + machineProperties.length;

/** A machine in a batch. '' means: as in the id (resource group, name), or as in the line (subscription). */
export function toMachineRow(machine: MachineReading, subscriptionId: string): MachineRow {
  const { id, identity } = machine;
  const [resourceGroup, name] = namesIn(id);
  const row: [string, string, string, string, MachineType, ...unknown[]] = [
    id,
    machine.subscriptionId === subscriptionId ? '' : machine.subscriptionId,
    machine.resourceGroup === resourceGroup ? '' : machine.resourceGroup,
    machine.name === name ? '' : machine.name,
    machine.type,
  ];
  for (const property of machineProperties) row.push(machine[property]);
  row.push(identity.type, identity.principalId, identity.tenantId, identity.userAssignedIdentities);
  return row;
}

/** Checks no types: `toMachineRow` of the same version made the row. */
export function fromMachineRow(row: MachineRow, subscriptionId: string): MachineReading {
  const [resourceGroup, name] = namesIn(row[0]);
  const identity = {
    type: row[firstOfIdentity],
    principalId: row[firstOfIdentity + 1],
    tenantId: row[firstOfIdentity + 2],
    userAssignedIdentities: row[firstOfIdentity + 3],
  } as MachineIdentity;
  const machine = {
    ...absentProperties,
    id: row[0],
    subscriptionId: row[1] || subscriptionId,
    resourceGroup: row[2] || resourceGroup,
    name: row[3] || name,
    type: row[4],
    identity,
  };
  setProperties(machine, row);
  return machine;
}

function setProperties(machine: Record<string, unknown>, row: MachineRow): void {
  let at = firstProperty;
  for (const property of machineProperties) machine[property] = row[at++];
}

/** Resource group and name of `/subscriptions/S/resourceGroups/G/providers/…/NAME`. */
function namesIn(id: string): readonly [resourceGroup: string, name: string] {
  const groupAt = id.indexOf('/', id.indexOf('/', 1) + 1) + 1;
  const from = id.indexOf('/', groupAt) + 1;
  return [id.slice(from, id.indexOf('/', from)), id.slice(id.lastIndexOf('/') + 1)];
}
