import type { PowerStateReading } from '../../../inventory/virtual-machine.ts';
import type { MergeContext } from '../merge-context.ts';
import { type MachineIndex, machineKey } from './machine-index.ts';

/**
 * Power states of one subscription. They may arrive before their machines.
 * @param index of the virtual machines
 */
export function openPowerStates(context: MergeContext, index: MachineIndex) {
  const { dictionary, powerStates, powerSeen } = context;
  const early: PowerStateReading[] = [];

  const write = ({ id, powerState }: PowerStateReading): boolean => {
    // /subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Compute/virtualMachines/NAME
    const group = id.indexOf('/', id.indexOf('/', 15) + 1) + 1;
    const resourceGroup = dictionary.resourceGroup(id.slice(group, id.indexOf('/', group)));
    const machine = index.get(machineKey(resourceGroup, id.slice(id.lastIndexOf('/') + 1)));
    if (machine === undefined) return false;
    powerStates.write(machine, dictionary.requiredText(powerState));
    powerSeen.add(machine);
    return true;
  };
  return {
    add(page: readonly PowerStateReading[]): void {
      for (const reading of page) if (!write(reading)) early.push(reading);
    },
    /** After the last page of machines and power states: a state that was not read becomes unknown (null). */
    finish(): void {
      // A state that still has no machine belongs to one created between the two lists: the next run reads both.
      for (const reading of early) write(reading);
      for (const machine of index.values()) if (!powerSeen.has(machine)) powerStates.setUnread(machine);
    },
  };
}
