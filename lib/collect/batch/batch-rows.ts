import type { RolePermission } from '../../inventory/roles/permissions.ts';
import type { RoleAssignmentReading, RoleDefinitionReading } from '../../inventory/roles/role.ts';
import type { UserAssignedIdentityReading } from '../../inventory/user-assigned-identity.ts';
import {
  absentProperties,
  type MachineProperties,
  type MachineReading,
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

export const batchVersion = 2;

export type PowerStateRow = ReturnType<typeof toPowerStateRow>;
export type IdentityRow = ReturnType<typeof toIdentityRow>;
export type AssignmentRow = ReturnType<typeof toAssignmentRow>;
export type DefinitionRow = ReturnType<typeof toDefinitionRow>;
export type MachineRow = ReturnType<typeof toMachineRow>;

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
  return { id, roleName, permissions: permissions.map(withLaterLists) };
}

/** A batch of an older version of this project, which a run can resume, has no data actions. */
function withLaterLists({ actions, notActions, dataActions, notDataActions }: RolePermission): RolePermission {
  return { actions, notActions, dataActions: dataActions ?? null, notDataActions: notDataActions ?? null };
}

/** The properties of version 2, in the order of a row. */
const firstProperties = [
  'location',
  'zones',
  'vmId',
  'vmSize',
  'osType',
  'priority',
  'provisioningState',
  'timeCreated',
  'tags',
  'scaleSetId',
  'instanceCount',
] as const;
type FirstProperty = (typeof firstProperties)[number];
const isFirst: ReadonlySet<string> = new Set(firstProperties);
/** Any other is at the end of a row, so that a run can resume the batches of the version before. */
const laterProperties = machineProperties.filter((property) => !isFirst.has(property));
/** Where they begin. */
const firstLater = 20;

/** A machine in a batch. '' means: as in the id (resource group, name), or as in the line (subscription). */
export function toMachineRow(machine: MachineReading, subscriptionId: string) {
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
    ...laterProperties.map((property) => machine[property]),
  ] as const;
}

export function fromMachineRow(row: MachineRow, subscriptionId: string): MachineReading {
  const [resourceGroup, name] = namesIn(row[0]);
  return {
    ...laterIn(row),
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

/** An older version wrote no value of a later property. */
function laterIn(row: readonly unknown[]): Omit<MachineProperties, FirstProperty> {
  const values: Record<string, unknown> = {};
  let at = firstLater;
  for (const property of laterProperties) values[property] = row[at++] ?? absentProperties[property];
  return values as Omit<MachineProperties, FirstProperty>;
}

/** Resource group and name of `/subscriptions/S/resourceGroups/G/providers/…/NAME`. */
function namesIn(id: string): readonly [resourceGroup: string, name: string] {
  const groupAt = id.indexOf('/', id.indexOf('/', 1) + 1) + 1;
  const from = id.indexOf('/', groupAt) + 1;
  return [id.slice(from, id.indexOf('/', from)), id.slice(id.lastIndexOf('/') + 1)];
}
