import type { SampleMachine } from '../types.ts';
import { createMachine } from './machine.ts';
import type { Placement } from './placement.ts';

/**
 * The machines of one subscription. A machine that nobody changed is kept as its placement only and made anew
 * when asked for: 400,000 machines take little memory.
 */
export interface MachineList {
  readonly length: number;
  /** Goes up with every change: what was written out before is out of date then. */
  readonly revision: number;
  at(index: number): SampleMachine;
  /** By resource id, without regard to case. */
  find(id: string): SampleMachine | undefined;
  all(): SampleMachine[];
  add(machine: SampleMachine): void;
  /** @returns false when there is no such machine */
  remove(id: string): boolean;
  /** @returns false when there is no such machine */
  replace(id: string, change: (machine: SampleMachine) => SampleMachine): boolean;
}

export function createMachineList(count: number, placementAt: (index: number) => Placement | null): MachineList {
  const entries: (number | SampleMachine)[] = [];
  for (let index = 0; index < count; index++) if (placementAt(index) !== null) entries.push(index);
  let revision = 0;
  let positions: Map<string, number> | null = null;

  function resolve(entry: number | SampleMachine | undefined): SampleMachine {
    const placement = typeof entry === 'number' ? placementAt(entry) : null;
    if (placement !== null) return createMachine(placement);
    if (typeof entry === 'object') return entry;
    throw new RangeError('No machine at this position.');
  }
  function position(id: string): number | undefined {
    positions ??= new Map(entries.map((entry, at) => [resolve(entry).machine.id.toLowerCase(), at]));
    return positions.get(id.toLowerCase());
  }
  function changed(): void {
    revision++;
    positions = null;
  }

  return {
    get length() {
      return entries.length;
    },
    get revision() {
      return revision;
    },
    at: (index) => resolve(entries[index]),
    find(id) {
      const at = position(id);
      return at === undefined ? undefined : resolve(entries[at]);
    },
    all: () => entries.map(resolve),
    add(machine) {
      entries.push(machine);
      changed();
    },
    remove(id) {
      const at = position(id);
      if (at === undefined) return false;
      entries.splice(at, 1);
      changed();
      return true;
    },
    replace(id, change) {
      const at = position(id);
      if (at === undefined) return false;
      entries[at] = change(resolve(entries[at]));
      changed();
      return true;
    },
  };
}
