import type { IdentityShape } from '../access/identities.ts';
import { pickLocation, pickSize, type Role, roles, subscriptionNames } from '../names.ts';
import { createRandom, mix } from '../random.ts';
import type { RawIdentity } from '../types.ts';

/** The special features of a machine. Omitted features are as usual. */
export interface MachineShape {
  readonly identity: IdentityShape;
  /** The resource group is in upper case in the machine's own id, but not in the ids of its disks. */
  readonly upperCaseResourceGroup?: boolean;
  readonly flexibleScaleSet?: boolean;
  readonly spot?: boolean;
  readonly zones?: readonly string[];
  readonly tags?: 'none' | 'empty' | 'hostile';
  /** Azure reports no power state: the creation of the machine failed. */
  readonly noPowerState?: boolean;
}

export const plainShape: MachineShape = { identity: 'system' };

const awkwardShapes: readonly MachineShape[] = [
  { identity: 'absent' },
  { identity: 'none' },
  { identity: 'bothWithoutSpace', zones: ['1'] },
  { identity: 'otherCase' },
  { identity: 'userNullIds' },
  { identity: 'userNullClientId' },
  { identity: 'userOtherKeyCase' },
  { identity: 'shared', upperCaseResourceGroup: true },
  { identity: 'userDeleted' },
  { identity: 'system', flexibleScaleSet: true, zones: ['2'] },
  { identity: 'system', spot: true },
  { identity: 'user', tags: 'none' },
  { identity: 'both', upperCaseResourceGroup: true, zones: ['3'] },
  { identity: 'system', tags: 'hostile' },
  { identity: 'absent', noPowerState: true, tags: 'empty' },
];

const usualShapes: readonly MachineShape[] = [
  { identity: 'system' },
  { identity: 'system', zones: ['1'] },
  { identity: 'user' },
  { identity: 'system', upperCaseResourceGroup: true },
  { identity: 'both' },
  { identity: 'system', zones: ['2'] },
  { identity: 'shared' },
  { identity: 'absent' },
];

/** Of every 40 machines, the first 15 show each awkward shape once. The others are usual. */
export function shapeOf(globalIndex: number): MachineShape {
  const position = globalIndex % 40;
  return awkwardShapes[position] ?? usualShapes[position % usualShapes.length] ?? plainShape;
}

/** Everything that a machine's body follows from. */
export interface Placement {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly sharedSubscriptionId: string;
  /** Position in its subscription. */
  readonly index: number;
  /** 0 = the first machine of this name; 1 = deleted and re-created, with new ids. */
  readonly generation: number;
  readonly shape: MachineShape;
  /** A shape that depends on the machine's place, or the identity itself; undefined = no `identity`. */
  readonly identity: IdentityShape | RawIdentity | undefined;
  /** Replaces the usual name. */
  readonly name?: string;
  readonly team: string;
  readonly environment: string;
  readonly role: Role;
  readonly windows: boolean;
  readonly location: string;
  readonly vmSize: string;
  readonly costCenter: string;
  readonly resourceGroup: string;
}

/** The placement of a usual machine in the first state. */
export function firstPlacement({
  subscriptionIndex,
  ...given
}: Pick<Placement, 'seed' | 'tenantId' | 'subscriptionId' | 'sharedSubscriptionId' | 'index' | 'shape'> & {
  readonly subscriptionIndex: number;
}): Placement {
  const { seed, subscriptionId, index, shape } = given;
  const { team, environment } = subscriptionNames(subscriptionIndex);
  const role = roles[index % roles.length] ?? 'web';
  // Location and size belong to the position, not to the generation: a re-created machine keeps them.
  const random = createRandom(seed, subscriptionId, index, 'placement');
  return {
    ...given,
    generation: 0,
    identity: shape.identity,
    team: team.short,
    environment: environment.short,
    role,
    windows: role === 'sql' || index % 5 === 4,
    location: pickLocation(random),
    vmSize: pickSize(random, role),
    costCenter: String(4000 + random.below(500)),
    resourceGroup: `rg-${team.short}-${role}-${environment.short}`,
  };
}

/** What happens to a machine between the first and the second state of the tenant. */
type Fate = 'same' | 'deleted' | 'recreated' | 'moved' | 'identityChanged';

/** Of every 25 machines one is deleted, one re-created, one moved, and one gets another identity. */
export function fateOf(seed: number, subscriptionId: string, index: number): Fate {
  const fates: Readonly<Record<number, Fate>> = { 0: 'deleted', 6: 'recreated', 12: 'moved', 18: 'identityChanged' };
  const offset = mix(seed, subscriptionId, 'fate') % 25;
  return fates[(index + offset) % 25] ?? 'same';
}

/** The number of machines that exist only in the second state: one for each 25, at least one. */
export function createdCount(vms: number): number {
  return vms === 0 ? 0 : Math.max(1, Math.floor(vms / 25));
}

/** The placement in the second state; null when the machine is deleted. */
export function evolve(placement: Placement, fate: Fate): Placement | null {
  switch (fate) {
    case 'deleted':
      return null;
    case 'recreated':
      return { ...placement, generation: placement.generation + 1 };
    case 'moved':
      return { ...placement, resourceGroup: `${placement.resourceGroup}-moved` };
    case 'identityChanged':
      return { ...placement, identity: otherIdentity(placement.identity) };
    case 'same':
      return placement;
  }
}

/** Attaches an identity where there was none. Elsewhere adds a second one or detaches all. */
function otherIdentity(identity: Placement['identity']): IdentityShape {
  if (identity === 'absent' || identity === 'none') return 'system';
  return identity === 'system' || identity === 'otherCase' ? 'both' : 'absent';
}

/** Windows names have at most 15 characters, because NetBIOS requires it. */
export function machineName(placement: Placement): string {
  if (placement.name !== undefined) return placement.name;
  const number = String(placement.index + 1).padStart(4, '0');
  return placement.windows
    ? `${placement.environment}${placement.team}${placement.role}${number}`.toUpperCase()
    : `vm-${placement.team}-${placement.role}-${placement.environment}-${number}`;
}
