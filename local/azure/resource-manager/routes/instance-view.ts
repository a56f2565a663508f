import type { SampleMachine } from '../../tenant/types.ts';

/** The instance view of a machine, as `$expand=instanceView` shows it. */
export function instanceView({ machine, powerState }: SampleMachine) {
  const windows = machine.properties.storageProfile?.osDisk.osType === 'Windows';
  return {
    computerName: machine.name,
    osName: windows ? 'Windows Server 2022 Datacenter Azure Edition' : 'ubuntu',
    osVersion: windows ? '10.0.20348.2582' : '22.04',
    vmAgent: {
      vmAgentVersion: windows ? '2.7.41491.1110' : '2.11.1.4',
      statuses: [
        {
          code: 'ProvisioningState/succeeded',
          level: 'Info',
          displayStatus: 'Ready',
          message: 'Guest Agent is running',
        },
      ],
    },
    hyperVGeneration: 'V2',
    statuses: statuses(machine.properties.provisioningState, powerState),
  };
}

/** A row of a list with `statusOnly=true`: identifiers and statuses. */
export function statusOnlyRow({ machine, powerState }: SampleMachine) {
  return {
    name: machine.name,
    id: machine.id,
    type: machine.type,
    location: machine.location,
    properties: {
      vmId: machine.properties.vmId,
      provisioningState: machine.properties.provisioningState,
      instanceView: { statuses: statuses(machine.properties.provisioningState, powerState) },
    },
  };
}

function statuses(provisioningState: string, powerState: string | null) {
  const failed = provisioningState === 'Failed';
  const provisioning = {
    code: `ProvisioningState/${provisioningState.toLowerCase()}`,
    level: failed ? 'Error' : 'Info',
    displayStatus: `Provisioning ${provisioningState.toLowerCase()}`,
    time: '2026-11-20T21:30:12.8051917+00:00',
  };
  if (powerState === null) return [provisioning];
  return [provisioning, { code: powerState, level: 'Info', displayStatus: `VM ${powerState.split('/')[1] ?? ''}` }];
}
