import { machineIdentity } from '../access/identities.ts';
import { createRandom } from '../random.ts';
import type { RawVirtualMachine, SampleMachine } from '../types.ts';
import { machineName, type Placement } from './placement.ts';
import { networkProfile, osProfile, storageProfile } from './profiles.ts';

const powerStates = ['running', 'running', 'running', 'running', 'running', 'deallocated', 'stopped'] as const;
const epoch = Date.UTC(2023, 0, 1);

/**
 * One virtual machine as Compute lists it with api-version 2026-04-01, about 6 kB of JSON.
 * The same placement always gives the same machine.
 */
export function createMachine(placement: Placement): SampleMachine {
  const { shape, subscriptionId, generation } = placement;
  const random = createRandom(placement.seed, subscriptionId, placement.index, generation);
  const name = machineName(placement);
  const resourceGroup = shape.upperCaseResourceGroup ? placement.resourceGroup.toUpperCase() : placement.resourceGroup;
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${placement.resourceGroup}`;
  const vmId = random.guid();
  const timeCreated = `${new Date(epoch + random.below(100_000_000) * 1000).toISOString().slice(0, 19)}.${random.below(10_000_000).toString().padStart(7, '0')}+00:00`;
  const identity =
    typeof placement.identity === 'string'
      ? machineIdentity(placement.identity, { ...placement, machineKey: vmId })
      : placement.identity;
  const tags = machineTags(placement);
  const machine: RawVirtualMachine = {
    name,
    id,
    type: 'Microsoft.Compute/virtualMachines',
    location: placement.location,
    ...(shape.zones === undefined ? {} : { zones: shape.zones }),
    ...(tags === undefined ? {} : { tags }),
    ...(identity === undefined ? {} : { identity }),
    properties: {
      hardwareProfile: { vmSize: placement.vmSize },
      provisioningState: shape.noPowerState ? 'Failed' : 'Succeeded',
      vmId,
      additionalCapabilities: { hibernationEnabled: false, ultraSSDEnabled: false },
      ...(shape.flexibleScaleSet
        ? {
            virtualMachineScaleSet: {
              id: `${group}/providers/Microsoft.Compute/virtualMachineScaleSets/vmss-${placement.team}-${placement.role}`,
            },
            platformFaultDomain: 0,
          }
        : {}),
      ...(shape.spot ? { priority: 'Spot', evictionPolicy: 'Deallocate', billingProfile: { maxPrice: -1 } } : {}),
      storageProfile: storageProfile(placement, name, group, random),
      osProfile: osProfile(placement, name),
      securityProfile: {
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
        encryptionAtHost: true,
        securityType: 'TrustedLaunch',
      },
      networkProfile: networkProfile(placement, name, group),
      diagnosticsProfile: {
        bootDiagnostics: {
          enabled: true,
          storageUri: `https://st${placement.team}diag${subscriptionId.slice(0, 8)}.blob.core.windows.net/`,
        },
      },
      ...(placement.windows ? { licenseType: 'Windows_Server' } : {}),
      extensionsTimeBudget: 'PT1H30M',
      scheduledEventsProfile: {
        terminateNotificationProfile: { notBeforeTimeout: 'PT10M', enable: true },
        scheduledEventsAdditionalPublishingTargets: { eventGridAndResourceGraph: { enable: true } },
        userInitiatedRedeploy: { automaticallyApprove: true },
        userInitiatedReboot: { automaticallyApprove: true },
      },
      resilientVMProfile: { zoneMovement: { isEnabled: false } },
      timeCreated,
    },
    etag: `"${1 + random.below(400)}"`,
    resources: extensionNames(placement.windows).map((extension) => ({ id: `${id}/extensions/${extension}` })),
  };
  return { machine, powerState: shape.noPowerState ? null : `PowerState/${random.pick(powerStates)}` };
}

function extensionNames(windows: boolean): readonly string[] {
  const os = windows ? 'Windows' : 'Linux';
  const signIn = windows ? 'AADLoginForWindows' : 'AADSSHLoginForLinux';
  return [`AzureMonitor${os}Agent`, `MDE.${os}`, `AzurePolicyfor${os}`, signIn, `DependencyAgent${os}`];
}

/** Usually three short tags. `hostile` tags break careless writers of CSV, HTML and spreadsheets. */
function machineTags(placement: Placement): Readonly<Record<string, string>> | undefined {
  if (placement.shape.tags === 'none') return undefined;
  if (placement.shape.tags === 'empty') return {};
  const usual = { team: placement.team, env: placement.environment, costCenter: placement.costCenter };
  if (placement.shape.tags !== 'hostile') return usual;
  return {
    ...usual,
    note: '=HYPERLINK("http://example.com","click")',
    contact: '<img src=x onerror=alert(1)> "Zoë; Łukasz"',
    schedule: 'on=(M-U,8);off=(M-U,18);tz=pt\n2nd line',
    'hidden-link:/app': '+1 😀',
  };
}
