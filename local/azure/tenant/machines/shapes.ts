import type { IdentityShape } from '../access/identities.ts';

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
