import { createRandom } from '../random.ts';
import type { RawArcMachine, RawIdentity } from '../types.ts';

export interface ArcMachineInput {
  readonly seed: number;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly osType: 'windows' | 'linux';
  readonly identity?: RawIdentity;
}

/** A machine as Azure Arc lists it. Its agent writes the operating system in lower case. */
export function createArcMachine(input: ArcMachineInput): RawArcMachine {
  const { seed, subscriptionId, resourceGroup, name, osType, identity } = input;
  const random = createRandom(seed, 'arc', subscriptionId, name);
  const windows = osType === 'windows';
  const patchSettings = { assessmentMode: 'ImageDefault', patchMode: 'ImageDefault' };
  return {
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.HybridCompute/machines/${name}`,
    name,
    location: 'westeurope',
    tags: windows ? null : { site: 'Rotterdam' },
    ...(identity === undefined ? {} : { identity }),
    type: 'Microsoft.HybridCompute/machines',
    properties: {
      provisioningState: 'Succeeded',
      agentVersion: '1.55.03184.1234',
      status: 'Connected',
      lastStatusChange: '2026-11-20T21:30:12.8051917Z',
      errorDetails: [],
      displayName: name,
      machineFqdn: `${name}.northwindtraders.example`,
      vmUuid: random.guid(),
      osSku: windows ? 'Windows Server 2022 Standard' : 'Ubuntu 22.04.4 LTS',
      domainName: windows ? 'northwindtraders.example' : '',
      adFqdn: windows ? `${name}.northwindtraders.example` : '',
      dnsFqdn: `${name}.northwindtraders.example`,
      osName: osType,
      osVersion: windows ? '10.0.20348.2582' : '5.15.0-119-generic',
      osType,
      osProfile: {
        computerName: name,
        windowsConfiguration: { patchSettings },
        linuxConfiguration: { patchSettings },
      },
      vmId: random.guid(),
      locationData: { name: 'Rotterdam' },
      clientPublicKey: 'c2FtcGxl',
      parentClusterResourceId: null,
      mssqlDiscovered: 'false',
      detectedProperties: { cloudprovider: 'N/A', manufacturer: 'VMware, Inc.', model: 'VMware Virtual Platform' },
      agentConfiguration: {
        proxyUrl: '',
        incomingConnectionsPorts: [],
        extensionsAllowList: [],
        extensionsBlockList: [],
        proxyBypass: [],
        extensionsEnabled: 'true',
        guestConfigurationEnabled: 'true',
        configMode: 'full',
      },
      privateLinkScopeResourceId: null,
    },
  };
}
