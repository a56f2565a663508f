import { type FacetName, facetNames } from '../../../inventory/machine-facets.ts';
import { fold } from '../../../inventory/names/fold.ts';
import type { MachineFilter } from '../../../inventory/query.ts';
import { machineTypes, machineTypeWords, virtualMachineType } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { keptArrays } from '../kept-arrays.ts';
import { machineColumns } from './machine-columns.ts';
import { readMachineNumbers } from './machine-order.ts';

/** The machines that a filter selects. */
export interface MachineSelection {
  readonly count: number;
  readonly has: (machine: number) => boolean;
}

/** A bit for each machine number. */
interface Bits extends MachineSelection {
  readonly byteLength: number;
}

const kept = keptArrays<Bits>('selection', ({ byteLength }) => byteLength);

/** The machines that a filter selects at a run. The filter must not be impossible (`refuseImpossibleFilter`). */
export function selectMachines(database: Database, seq: number, filter: MachineFilter): MachineSelection {
  return kept(database, `${seq} ${JSON.stringify(filter)}`, () => {
    if ((filter.deleted ?? false) !== false) return toBits(readMachineNumbers(database, seq, filter));
    const { machines } = machineColumns(database, seq);
    return toBits(Array.from(matchMachines(database, seq, filter).all, (index) => machines[index] ?? 0));
  });
}

/** Indexes in `machineColumns`, ascending. */
interface Matches {
  /** Of the machines that all filters select. */
  readonly all: Uint32Array;
  /** Of those that only the filter of a facet leaves out. */
  readonly but: ReadonlyMap<FacetName, readonly number[]>;
}

/**
 * Which machines that exist at a run match a filter, and which match all of it but one facet. A loop, because `filter`
 * and `map` of arrays take three times as long.
 */
export function matchMachines(database: Database, seq: number, filter: MachineFilter): Matches {
  const { machines, columns } = machineColumns(database, seq);
  const { words, others } = divide(filter);
  const selection = others === null ? null : selectByStatement(database, seq, others);
  const wanted = words.map(({ name, word }) => {
    const { codes, words: ofCode } = columns[name];
    const accepted = ofCode.map((own) => own.some(({ value }) => fold(value) === fold(word)));
    const missedBy: number[] = [];
    return { name, codes, accepted, missedBy };
  });
  const all = new Uint32Array(machines.length);
  let count = 0;
  for (let index = 0; index < machines.length; index++) {
    if (selection?.has(machines[index] ?? 0) === false) continue;
    let misses = 0;
    let missed: number[] | null = null;
    for (const { codes, accepted, missedBy } of wanted) {
      if (accepted[codes[index] ?? 0] === true) continue;
      missed = missedBy;
      misses += 1;
    }
    if (misses === 0) all[count++] = index;
    else if (misses === 1) missed?.push(index);
  }
  return { all: all.subarray(0, count), but: new Map(wanted.map(({ name, missedBy }) => [name, missedBy])) };
}

/** The filters that are facets, each with its word, and the others; null = there are no others. */
function divide(filter: MachineFilter) {
  const { type = virtualMachineType, stale, deleted: _, ...rest } = filter;
  const { subscriptionId, location, osType, identityType, powerState, vmSize, ...others } = rest;
  const words = {
    subscriptionId,
    location,
    osType,
    identityType,
    powerState,
    vmSize,
    type: type === 'any' ? undefined : machineTypeWords[machineTypes.indexOf(type)],
    stale: stale === undefined ? undefined : String(stale),
  } satisfies Record<FacetName, string | undefined>;
  return {
    words: facetNames.flatMap((name) => {
      const word = words[name];
      return word === undefined ? [] : [{ name, word }];
    }),
    others: Object.values(others).every((value) => value === undefined) ? null : others,
  };
}

/** The machines of every type that filters without a column select. */
function selectByStatement(database: Database, seq: number, others: MachineFilter): MachineSelection {
  return kept(database, `${seq} of any type ${JSON.stringify(others)}`, () =>
    toBits(readMachineNumbers(database, seq, { ...others, type: 'any' })),
  );
}

/** @param machines their numbers, ascending */
function toBits(machines: Uint32Array | readonly number[]): Bits {
  const bits = new Uint8Array(((machines.at(-1) ?? 0) >> 3) + 1);
  for (const machine of machines) bits[machine >> 3] = (bits[machine >> 3] ?? 0) | (1 << (machine & 7));
  return {
    count: machines.length,
    has: (machine) => ((bits[machine >> 3] ?? 0) & (1 << (machine & 7))) !== 0,
    byteLength: bits.byteLength,
  };
}
