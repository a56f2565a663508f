import { absentProperties, type MachineReading } from '../../../inventory/virtual-machine.ts';
import { member, textOrNull } from '../../json.ts';
import { machineFields, machineMembers } from './machine-fields.ts';
import { resourceIdParser } from './resource-id.ts';
import { resourceReader, subscriptionList } from './resource-requests.ts';

const arcMachineType = 'Microsoft.HybridCompute/machines';
const arcApiVersion = '2025-01-13';
const idParts = resourceIdParser(arcMachineType);

/**
 * Machines outside Azure that Azure Arc manages, of one subscription.
 * @see https://learn.microsoft.com/rest/api/hybridcompute/machines/list-by-subscription
 */
export const listArcMachines = subscriptionList(
  arcMachineType,
  {
    apiVersion: arcApiVersion,
    members: { ...machineMembers, properties: { provisioningState: 'all', vmId: 'all', osType: 'all' } },
  },
  (page) => page.map(toArcMachineReading),
);

/** @see https://learn.microsoft.com/rest/api/hybridcompute/machines/get */
export const getArcMachine = resourceReader(arcApiVersion, toArcMachineReading);

function toArcMachineReading(item: unknown): MachineReading {
  const properties = member(item, 'properties');
  return {
    ...absentProperties,
    ...machineFields(item, arcMachineType, idParts, 'An Arc machine'),
    vmId: textOrNull(member(properties, 'vmId')),
    osType: toOsType(textOrNull(member(properties, 'osType'))),
  };
}

/** The agent reports `windows` and `linux`; virtual machines have `Windows` and `Linux`. */
function toOsType(value: string | null): string | null {
  return ['Windows', 'Linux'].find((osType) => osType.toLowerCase() === value?.toLowerCase()) ?? value;
}
