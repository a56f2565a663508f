import type { Change } from '../inventory/change.ts';
import type { Finding } from '../inventory/finding.ts';
import type { Principal } from '../inventory/principal.ts';
import type { VirtualMachine } from '../inventory/virtual-machine.ts';

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
  'instanceCount',
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

export const changeFields = [
  'at',
  'notBefore',
  'runId',
  'kind',
  'resourceId',
  'principalId',
  'before',
  'after',
] as const satisfies readonly (keyof Change)[];

export const findingFields = [
  'rule',
  'severity',
  'resourceId',
  'principalId',
  'message',
  'remediation',
  'firstSeen',
  'stale',
] as const satisfies readonly (keyof Finding)[];
