import { type VirtualMachine, virtualMachineType } from '../../lib/inventory/virtual-machine.ts';
import type { Column } from '../output/table.ts';

const mark = (machine: VirtualMachine): string => {
  if (machine.deletedAt !== null) return 'deleted';
  return machine.stale ? 'stale' : '';
};

/** Most important: name, then principal id. A terminal of 80 columns shows these, resource group and subscription. */
export const machineColumns: readonly Column<VirtualMachine>[] = [
  { header: 'Name', cell: ({ name }) => name, leastWidth: 16, rank: 0 },
  { header: 'ResourceGroup', cell: ({ resourceGroup }) => resourceGroup, leastWidth: 14, rank: 4 },
  { header: 'Subscription', cell: ({ subscriptionName }) => subscriptionName, leastWidth: 14, rank: 3 },
  { header: 'Location', cell: ({ location }) => location, leastWidth: 10, rank: 7 },
  { header: 'PowerState', cell: ({ powerState }) => powerStateText(powerState), leastWidth: 10, rank: 6 },
  { header: 'Type', cell: typeText, leastWidth: 8, rank: 2, optional: true },
  { header: 'Instances', cell: instancesText, leastWidth: 9, rank: 8, optional: true },
  { header: 'Identity', cell: ({ identity }) => identityText(identity.type), leastWidth: 8, rank: 5 },
  { header: 'PrincipalIds', cell: principalIdsText, leastWidth: 39, rank: 1 },
  { header: 'Mark', cell: mark, leastWidth: 5, rank: 2, optional: true },
];

/** Nothing for a virtual machine: what the list is of unless it is asked for more. */
function typeText({ type }: VirtualMachine): string {
  if (type === virtualMachineType) return '';
  return type === 'Microsoft.HybridCompute/machines' ? 'arc' : 'scaleSet';
}

function instancesText({ instanceCount }: VirtualMachine): string {
  return instanceCount === undefined ? '' : String(instanceCount);
}

/** `running`; nothing where it was not read. */
function powerStateText(powerState: string | null): string {
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

/** The first one, and how many more there are. */
function principalIdsText({ principalIds }: VirtualMachine): string {
  const [first, ...others] = principalIds;
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} +${others.length}`;
}
