import type { IdentityShape } from '../access/identities.ts';

/** What is particular about a machine. Unnamed properties are as usual. */
export interface MachineShape {
  readonly identity: IdentityShape;
  /** The resource group in the machine's own id is upper-cased; its disks show the real casing. */
  readonly upperCaseResourceGroup?: boolean;
  readonly flexibleScaleSet?: boolean;
  readonly spot?: boolean;
  readonly zones?: readonly string[];
  readonly tags?: 'none' | 'empty' | 'hostile';
  /** Azure reports no power state (a machine whose creation failed). */
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

/** Shapes in turn: of 40 machines in a row the first 15 show every awkward one, the others are usual. */
export function shapeOf(globalIndex: number): MachineShape {
  const position = globalIndex % 40;
  return awkwardShapes[position] ?? usualShapes[position % usualShapes.length] ?? plainShape;
}
