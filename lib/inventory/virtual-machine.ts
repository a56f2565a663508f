import * as v from 'valibot';
import { count, guid, nullableText, type ShapeOf, text, time } from './shape.ts';

export const virtualMachineType = 'Microsoft.Compute/virtualMachines';

/** Resource types of a row of the inventory: a virtual machine, a Uniform scale set as a whole, an Arc machine. */
export const machineTypes = [
  virtualMachineType,
  'Microsoft.Compute/virtualMachineScaleSets',
  'Microsoft.HybridCompute/machines',
] as const;
export type MachineType = (typeof machineTypes)[number];
/** The word of each type in filters, in the same order. */
export const machineTypeWords = ['virtualMachines', 'scaleSets', 'arc'] as const;

export const identityTypes = ['None', 'SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned'] as const;
export type IdentityType = (typeof identityTypes)[number];

const [none, systemAssigned, userAssigned, both] = identityTypes;
/** The words of the filter `identityType`, and the identity types that each selects. */
export const identityTypesOf = {
  none: [none],
  systemAssigned: [systemAssigned, both],
  userAssigned: [userAssigned, both],
  both: [both],
  any: [systemAssigned, userAssigned, both],
} as const satisfies Record<string, readonly IdentityType[]>;
export type IdentityTypeWord = keyof typeof identityTypesOf;
/** Every word, in the order of help texts. */
export const identityTypeWords = ['none', 'systemAssigned', 'userAssigned', 'both', 'any'] as const;

/** A zone. The inventory stores zones joined by `;` and puts them into JSON as they are. */
export const zonePattern = /^[^"\\;\p{Cc}]*$/u;

/** A machine as every output shows it: the newest reading, and what history knows of it. */
export const virtualMachineShape = v.object({
  id: text,
  name: text,
  type: v.picklist(machineTypes),
  subscriptionId: guid,
  subscriptionName: text,
  resourceGroup: text,
  location: text,
  zones: v.array(text),
  vmId: nullableText,
  vmSize: nullableText,
  osType: nullableText,
  /** `Regular` where Azure omits it. */
  priority: text,
  provisioningState: nullableText,
  /** ISO 8601 UTC, milliseconds. */
  timeCreated: v.nullable(time),
  /** As Azure writes it, `PowerState/running`; null where it was not read. */
  powerState: nullableText,
  tags: v.record(text, text),
  scaleSetId: nullableText,
  /** Number of instances, of a Uniform scale set only. */
  instanceCount: v.exactOptional(count),
  /** The managed identities. `principalId` belongs to the system-assigned one. */
  identity: v.object({
    type: v.picklist(identityTypes),
    principalId: nullableText,
    tenantId: nullableText,
    /** By resource id, in Azure's casing. */
    userAssignedIdentities: v.record(text, v.object({ principalId: nullableText, clientId: nullableText })),
  }),
  /** Every principal id that is not null, the system-assigned one first. */
  principalIds: v.array(guid),
  firstSeen: time,
  lastSeen: time,
  deletedAt: v.nullable(time),
  /** The newest run that had its subscription in scope neither saw it nor read that subscription completely. */
  stale: v.boolean(),
});
export type VirtualMachine = ShapeOf<typeof virtualMachineShape>;
/** A machine that was asked for by its id. */
export const machineByIdShape = v.object({
  ...virtualMachineShape.entries,
  /** Only of a machine that moved away from this id: the id of its last place. A move is no deletion. */
  movedTo: v.exactOptional(text),
});
export type MachineById = ShapeOf<typeof machineByIdShape>;
export const machineByIdFields = v.keyof(machineByIdShape).options;
/** Every field, in the order in which outputs show them. */
export const virtualMachineFields = v.keyof(virtualMachineShape).options;
export type MachineIdentity = VirtualMachine['identity'];
export type UserAssignedIdentity = MachineIdentity['userAssignedIdentities'][string];

/** Fields of a machine that history knows, and no single answer of Azure. */
type HistoryField =
  | 'subscriptionName'
  | 'powerState'
  | 'principalIds'
  | 'firstSeen'
  | 'lastSeen'
  | 'deletedAt'
  | 'stale';

/** A machine as one answer of Azure shows it. */
export interface MachineReading extends Omit<VirtualMachine, HistoryField | 'instanceCount'> {
  /** Number of instances of a Uniform scale set; null for any other machine. */
  readonly instanceCount: number | null;
}

/** A field that describes the machine: not its id or a part of it, and not its identities. */
export type MachineProperty = Exclude<
  keyof MachineReading,
  'id' | 'name' | 'type' | 'subscriptionId' | 'resourceGroup' | 'identity'
>;
export type MachineProperties = Pick<MachineReading, MachineProperty>;

/** The value of each property that Azure leaves out, or that machines of a type do not have. */
export const absentProperties: MachineProperties = {
  location: '',
  zones: [],
  vmId: null,
  vmSize: null,
  osType: null,
  priority: 'Regular',
  provisioningState: null,
  timeCreated: null,
  tags: {},
  scaleSetId: null,
  instanceCount: null,
};
/** Every property, in the order of the shape. */
export const machineProperties: readonly MachineProperty[] = virtualMachineFields.filter(
  (field): field is MachineProperty => field in absentProperties,
);

export interface PowerStateReading {
  readonly id: string;
  /** `PowerState/running` */
  readonly powerState: string;
}

/** Every principal id of an identity that is not null, the system-assigned one first, without duplicates. */
export function principalIdsOf({ principalId, userAssignedIdentities }: MachineIdentity): string[] {
  const all = [principalId, ...Object.values(userAssignedIdentities).map((assigned) => assigned.principalId)];
  return [...new Set(all.filter((id) => id !== null))];
}
