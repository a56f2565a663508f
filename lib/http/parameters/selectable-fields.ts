import type { Principal } from '../../inventory/principal.ts';
import type { VirtualMachine } from '../../inventory/virtual-machine.ts';

export const virtualMachineFields = [
  'id',
  'name',
  'type',
  'subscriptionId',
  'subscriptionName',
  'resourceGroup',
  'location',
  'zones',
  'vmId',
  'vmSize',
  'osType',
  'priority',
  'provisioningState',
  'timeCreated',
  'powerState',
  'tags',
  'scaleSetId',
  'identity',
  'principalIds',
  'firstSeen',
  'lastSeen',
  'deletedAt',
  'stale',
] as const satisfies readonly (keyof VirtualMachine)[];

export const principalFields = [
  'principalId',
  'clientId',
  'kind',
  'identityId',
  'tenantId',
  'state',
  'firstSeen',
  'lastSeen',
  'accessCoverage',
  'virtualMachines',
  'roleAssignments',
  'federatedCredentials',
] as const satisfies readonly (keyof Principal)[];
