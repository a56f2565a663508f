import type { RawIdentity, RawVirtualMachine, SubscriptionTruth } from '../../local/azure/tenant/types.ts';

/** What the inventory must answer for a machine as Azure has it; the times of readings are left out. Written apart from the app's own parser. */
export function expectedRow(truth: SubscriptionTruth, raw: RawVirtualMachine): Record<string, unknown> {
  const [, , subscriptionId, , resourceGroup] = raw.id.split('/');
  const { properties, identity } = raw;
  const assigned = Object.entries(identity?.userAssignedIdentities ?? {});
  const ids = [identity?.principalId, ...assigned.map(([, { principalId }]) => principalId)];
  return {
    id: raw.id,
    name: raw.name,
    type: 'Microsoft.Compute/virtualMachines',
    subscriptionId,
    subscriptionName: truth.displayName,
    resourceGroup,
    location: raw.location,
    zones: raw.zones ?? [],
    vmId: properties.vmId,
    vmSize: properties.hardwareProfile?.vmSize ?? null,
    osType: properties.storageProfile?.osDisk.osType ?? null,
    priority: properties.priority ?? 'Regular',
    provisioningState: properties.provisioningState,
    timeCreated: properties.timeCreated === undefined ? null : new Date(properties.timeCreated).toISOString(),
    powerState: truth.powerStates[raw.id] ?? null,
    tags: raw.tags ?? {},
    scaleSetId: properties.virtualMachineScaleSet?.id ?? null,
    identity: {
      type: identityType(identity),
      principalId: identity?.principalId ?? null,
      tenantId: identity?.tenantId ?? null,
      userAssignedIdentities: Object.fromEntries(
        assigned.map(([id, { principalId, clientId }]) => [
          id,
          { principalId: principalId ?? null, clientId: clientId ?? null },
        ]),
      ),
    },
    principalIds: [...new Set(ids.filter((id) => typeof id === 'string'))],
    deletedAt: null,
    stale: false,
  };
}

function identityType(identity: RawIdentity | undefined): string {
  const text = identity?.type.toLowerCase() ?? '';
  const words = [
    ...(text.includes('system') ? ['SystemAssigned'] : []),
    ...(text.includes('user') ? ['UserAssigned'] : []),
  ];
  return words.length === 0 ? 'None' : words.join(', ');
}
