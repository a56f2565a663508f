import type { VirtualMachine } from '../inventory/virtual-machine.ts';
import type { Columns } from './columns/columns.ts';

/** One row per machine. */
export const virtualMachineColumns: Columns<VirtualMachine> = {
  id: (machine) => machine.id,
  name: (machine) => machine.name,
  type: (machine) => machine.type,
  subscriptionId: (machine) => machine.subscriptionId,
  subscriptionName: (machine) => machine.subscriptionName,
  resourceGroup: (machine) => machine.resourceGroup,
  location: (machine) => machine.location,
  zones: (machine) => machine.zones.join(';'),
  vmId: (machine) => machine.vmId,
  vmSize: (machine) => machine.vmSize,
  osType: (machine) => machine.osType,
  priority: (machine) => machine.priority,
  provisioningState: (machine) => machine.provisioningState,
  timeCreated: (machine) => machine.timeCreated,
  powerState: (machine) => machine.powerState,
  tags: (machine) =>
    Object.entries(machine.tags)
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
  scaleSetId: (machine) => machine.scaleSetId,
  instanceCount: (machine) => machine.instanceCount ?? null,
  'identity.type': (machine) => machine.identity.type,
  'identity.principalId': (machine) => machine.identity.principalId,
  'identity.tenantId': (machine) => machine.identity.tenantId,
  'identity.userAssignedIdentities': (machine) => Object.keys(machine.identity.userAssignedIdentities).join(';'),
  principalIds: (machine) => machine.principalIds.join(';'),
  firstSeen: (machine) => machine.firstSeen,
  lastSeen: (machine) => machine.lastSeen,
  deletedAt: (machine) => machine.deletedAt,
  stale: (machine) => machine.stale,
};
