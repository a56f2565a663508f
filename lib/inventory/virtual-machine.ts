export const virtualMachineType = 'Microsoft.Compute/virtualMachines';

/** Resource types that a row of the inventory can have: a virtual machine, a Uniform scale set as a whole, an Arc machine. */
export const machineTypes = [
  virtualMachineType,
  'Microsoft.Compute/virtualMachineScaleSets',
  'Microsoft.HybridCompute/machines',
] as const;
export type MachineType = (typeof machineTypes)[number];

export const identityTypes = ['None', 'SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned'] as const;
export type IdentityType = (typeof identityTypes)[number];

export interface UserAssignedIdentity {
  readonly principalId: string | null;
  readonly clientId: string | null;
}

/** The managed identities of one machine. `principalId` is the system-assigned one's only. */
export interface MachineIdentity {
  readonly type: IdentityType;
  readonly principalId: string | null;
  readonly tenantId: string | null;
  /** By resource id, in the casing Azure gave. */
  readonly userAssignedIdentities: Readonly<Record<string, UserAssignedIdentity>>;
}

/** A machine as one answer of Azure showed it: what the inventory keeps of it. */
export interface MachineReading {
  readonly id: string;
  readonly name: string;
  readonly type: MachineType;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly zones: readonly string[];
  readonly vmId: string | null;
  readonly vmSize: string | null;
  readonly osType: string | null;
  /** `Regular` where Azure leaves it out. */
  readonly priority: string;
  readonly provisioningState: string | null;
  /** ISO 8601 UTC, milliseconds. */
  readonly timeCreated: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly scaleSetId: string | null;
  /** Of a Uniform scale set: how many instances it has; null for what is one machine. */
  readonly instanceCount: number | null;
  readonly identity: MachineIdentity;
}

/** A row of the inventory as outputs show it: a reading and what history knows of it. */
export interface VirtualMachine extends Omit<MachineReading, 'instanceCount'> {
  /** Of a Uniform scale set only. */
  readonly instanceCount?: number;
  readonly subscriptionName: string;
  /** As Azure writes it, `PowerState/running`; null where it was not read. */
  readonly powerState: string | null;
  /** Every non-null principal id, the system-assigned one first. */
  readonly principalIds: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly deletedAt: string | null;
  /** The newest run in whose scope its subscription was neither saw it nor read that subscription completely. */
  readonly stale: boolean;
}

export interface PowerStateReading {
  readonly id: string;
  /** `PowerState/running` */
  readonly powerState: string;
}

/** Every non-null principal id of an identity, the system-assigned one first, each once. */
export function principalIdsOf(identity: MachineIdentity): string[] {
  const ids = new Set<string>();
  if (identity.principalId !== null) ids.add(identity.principalId);
  for (const assigned of Object.values(identity.userAssignedIdentities)) {
    if (assigned.principalId !== null) ids.add(assigned.principalId);
  }
  return [...ids];
}
