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
    let count = 0;
    const selected = machines.slice();
    visitMachines(database, seq, filter, (index, missed) => {
      if (missed === null) selected[count++] = machines[index] ?? 0;
    });
    return toBits(selected.subarray(0, count));
  });
}

/**
 * Goes through the machines that exist at a run, in the order of `machineColumns`.
 * @param visit called for each machine that all filters select (`missed` null), and for each that only one filter leaves
 *   out, if that filter is a facet: its name
 */
export function visitMachines(
  database: Database,
  seq: number,
  filter: MachineFilter,
  visit: (index: number, missed: FacetName | null) => void,
): void {
  const { machines, columns } = machineColumns(database, seq);
  const { words, others } = divide(filter);
  const wanted = words.map(({ name, word }) => {
    const folded = fold(word);
    const accepted = columns[name].words.map((own) => own.some(({ value }) => fold(value) === folded));
    return { name, accepted, codes: columns[name].codes };
  });
  const selection = others === null ? null : selectByStatement(database, seq, others);
  for (let index = 0; index < machines.length; index++) {
    if (selection?.has(machines[index] ?? 0) === false) continue;
    let missed: FacetName | null = null;
    let misses = 0;
    for (const { name, accepted, codes } of wanted) {
      if (accepted[codes[index] ?? 0] === true) continue;
      missed = name;
      misses += 1;
      if (misses > 1) break;
    }
    if (misses < 2) visit(index, missed);
  }
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

/** The machines of any type that filters select which are no columns. */
function selectByStatement(database: Database, seq: number, others: MachineFilter): MachineSelection {
  return kept(database, `${seq} of any type ${JSON.stringify(others)}`, () =>
    toBits(readMachineNumbers(database, seq, { ...others, type: 'any' })),
  );
}

/** @param machines their numbers, ascending */
function toBits(machines: Uint32Array): Bits {
  const bits = new Uint8Array(((machines.at(-1) ?? 0) >> 3) + 1);
  for (const machine of machines) bits[machine >> 3] = (bits[machine >> 3] ?? 0) | (1 << (machine & 7));
  return {
    count: machines.length,
    has: (machine) => ((bits[machine >> 3] ?? 0) & (1 << (machine & 7))) !== 0,
    byteLength: bits.byteLength,
  };
}
