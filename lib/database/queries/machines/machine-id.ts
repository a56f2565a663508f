import { type MachineType, machineTypes } from '../../../inventory/virtual-machine.ts';

/** The parts of a machine's resource id, by which the inventory looks it up. */
export interface MachineId {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly type: MachineType;
  readonly name: string;
}

const pattern = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+\/[^/]+)\/([^/]+)\/?$/i;

/** The parts of a machine's resource id, in any casing; null for the id of anything else. */
export function parseMachineId(resourceId: string): MachineId | null {
  const [, subscriptionId, resourceGroup, typeName, name] = pattern.exec(resourceId) ?? [];
  const type = machineTypes.find((candidate) => candidate.toLowerCase() === typeName?.toLowerCase());
  if (subscriptionId === undefined || resourceGroup === undefined || type === undefined || name === undefined)
    return null;
  return { subscriptionId, resourceGroup, type, name };
}
