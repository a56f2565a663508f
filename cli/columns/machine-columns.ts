import { type MachineById, type VirtualMachine, virtualMachineType } from '../../lib/inventory/virtual-machine.ts';
import { flatten } from '../output/flatten.ts';
import { type Column, onePerLine, type Property } from '../output/table.ts';

/** Machines in a table. 80 columns have room for name, principal id, resource group and subscription. */
export const machineColumns: readonly Column<VirtualMachine>[] = [
  { header: 'Name', cell: ({ name }) => name, leastWidth: 16, rank: 0 },
  { header: 'PrincipalIds', cell: principalIdsText, leastWidth: 39, rank: 1 },
  { header: 'ResourceGroup', cell: ({ resourceGroup }) => resourceGroup, leastWidth: 14, rank: 4 },
  { header: 'Subscription', cell: ({ subscriptionName }) => subscriptionName, leastWidth: 14, rank: 3 },
  { header: 'Location', cell: ({ location }) => location, leastWidth: 10, rank: 7 },
  { header: 'PowerState', cell: powerStateText, leastWidth: 10, rank: 6 },
  { header: 'Type', cell: typeText, leastWidth: 8, rank: 2, optional: true },
  {
    header: 'Instances',
    cell: ({ instanceCount = '' }) => String(instanceCount),
    leastWidth: 9,
    rank: 8,
    optional: true,
  },
  { header: 'Identity', cell: ({ identity }) => identityText(identity.type), leastWidth: 8, rank: 5 },
  { header: 'Mark', cell: markText, leastWidth: 5, rank: 2, optional: true },
];

/** Empty for a virtual machine, the default type of the list. */
function typeText({ type }: VirtualMachine): string {
  if (type === virtualMachineType) return '';
  return type === 'Microsoft.HybridCompute/machines' ? 'arc' : 'scaleSet';
}

/** `running`; empty if it was not read. */
function powerStateText({ powerState }: VirtualMachine): string {
  return powerState?.replace(/^PowerState\//i, '') ?? '';
}

function identityText(type: string): string {
  switch (type) {
    case 'SystemAssigned':
      return 'System';
    case 'UserAssigned':
      return 'User';
    case 'None':
      return '';
    default:
      return 'Both';
  }
}

/** The first one, and the number of others. */
function principalIdsText({ principalIds }: VirtualMachine): string {
  const [first, ...others] = principalIds;
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} +${others.length}`;
}

function markText({ deletedAt, stale }: VirtualMachine): string {
  if (deletedAt !== null) return 'deleted';
  return stale ? 'stale' : '';
}

/** A machine as names and values, with every field. Each user-assigned identity has a line. */
export function describeMachine(machine: MachineById): Property[] {
  const assigned = Object.entries(machine.identity.userAssignedIdentities).map(
    ([id, { principalId, clientId }]) => `${id} (principalId ${principalId ?? 'none'}, clientId ${clientId ?? 'none'})`,
  );
  return [...flatten(machine)].flatMap((property): Property[] => {
    const [name] = property;
    return name === 'identity.userAssignedIdentities' && assigned.length > 0 ? onePerLine(name, assigned) : [property];
  });
}
