import type { PowerStateReading } from '../../../inventory/virtual-machine.ts';
import type { MergeContext } from '../create-merge-context.ts';
import { type MachineIndex, machineKey } from './machine-index.ts';

/** Power states of one subscription; they may come before the machines that they belong to. */
export interface PowerStates {
  add(page: readonly PowerStateReading[]): void;
  /** All pages of machines and power states have come: what was not read answers null from now on. */
  finish(): void;
}

/** @param index of the virtual machines */
export function openPowerStates({ dictionary, powerSeen, powerRows }: MergeContext, index: MachineIndex): PowerStates {
  const early: PowerStateReading[] = [];

  const write = ({ id, powerState }: PowerStateReading): boolean => {
    // /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/virtualMachines/NAME
    const group = id.indexOf('/', id.indexOf('/', 15) + 1) + 1;
    const resourceGroup = dictionary.resourceGroup(id.slice(group, id.indexOf('/', group)));
    const known = index.get(machineKey(resourceGroup, id.slice(id.lastIndexOf('/') + 1)));
    if (known === undefined) return false;
    powerRows.write(known.machine, dictionary.requiredText(powerState));
    powerSeen.mark(known.machine);
    return true;
  };
  return {
    add(page) {
      for (const reading of page) if (!write(reading)) early.push(reading);
    },
    finish() {
      // One that still has no machine came up between the two lists: the next run has both.
      for (const reading of early) write(reading);
      for (const { machine } of index.values()) {
        if (powerSeen.order(machine) === 0) powerRows.forget(machine);
      }
    },
  };
}
