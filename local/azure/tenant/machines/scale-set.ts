import { createRandom } from '../random.ts';
import type { RawIdentity, RawScaleSet } from '../types.ts';

export interface ScaleSetInput {
  readonly seed: number;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly mode: 'Uniform' | 'Flexible';
  readonly capacity: number;
  readonly identity?: RawIdentity;
}

/** A scale set as Compute lists it. The resource group in its id is in upper case, as it often is. */
export function createScaleSet(input: ScaleSetInput): RawScaleSet {
  const { seed, subscriptionId, resourceGroup, name, mode, identity } = input;
  const random = createRandom(seed, 'scaleSet', subscriptionId, name);
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup.toUpperCase()}`;
  const vnet = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/virtualNetworks/vnet-${name}`;
  return {
    sku: { name: 'Standard_D2s_v5', tier: 'Standard', capacity: input.capacity },
    properties: {
      singlePlacementGroup: mode === 'Uniform',
      orchestrationMode: mode,
      ...(mode === 'Uniform'
        ? { upgradePolicy: upgradePolicy, overprovision: true, virtualMachineProfile: profile(name, vnet) }
        : { platformFaultDomainCount: 1 }),
      provisioningState: 'Succeeded',
      uniqueId: random.guid(),
      timeCreated: '2025-06-02T11:31:08.1234567+00:00',
    },
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    location: input.location,
    zones: ['1', '2'],
    tags: { team: 'shop', env: 'prd' },
    ...(identity === undefined ? {} : { identity }),
    id: `${group}/providers/Microsoft.Compute/virtualMachineScaleSets/${name}`,
    name,
  };
}

const upgradePolicy = {
  mode: 'Manual',
  automaticOSUpgradePolicy: { enableAutomaticOSUpgrade: false, disableAutomaticRollback: false },
};

function profile(name: string, vnet: string) {
  const prefix = name.slice(0, 9);
  return {
    osProfile: {
      computerNamePrefix: prefix,
      adminUsername: 'nwtadmin',
      linuxConfiguration: {
        disablePasswordAuthentication: true,
        ssh: {
          publicKeys: [{ path: '/home/nwtadmin/.ssh/authorized_keys', keyData: 'ssh-rsa AAAAB3NzaC1yc2E sample' }],
        },
      },
      secrets: [],
    },
    storageProfile: {
      osDisk: {
        osType: 'Linux',
        createOption: 'FromImage',
        caching: 'ReadWrite',
        managedDisk: { storageAccountType: 'Premium_LRS' },
      },
      imageReference: {
        publisher: 'canonical',
        offer: '0001-com-ubuntu-server-jammy',
        sku: '22_04-lts-gen2',
        version: 'latest',
      },
    },
    networkProfile: {
      networkInterfaceConfigurations: [
        {
          name: `${prefix}Nic`,
          properties: {
            primary: true,
            enableAcceleratedNetworking: false,
            dnsSettings: { dnsServers: [] },
            enableIPForwarding: false,
            ipConfigurations: [
              {
                name: `${prefix}IpConfig`,
                properties: { subnet: { id: `${vnet}/subnets/default` }, privateIPAddressVersion: 'IPv4' },
              },
            ],
          },
        },
      ],
    },
    priority: 'Regular',
  };
}
