import type { Random } from '../random.ts';
import type { Placement } from './placement.ts';

const sshKey =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQDZ8sampleKeyThatOpensNothing0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000== operations@northwindtraders.example';

/** The storage profile of a machine: image, operating-system disk, two data disks. */
export function storageProfile(placement: Placement, name: string, group: string, random: Random) {
  const disk = (diskName: string) => ({
    storageAccountType: 'Premium_LRS',
    diskEncryptionSet: {
      id: `${group}/providers/Microsoft.Compute/diskEncryptionSets/des-${placement.team}-${placement.environment}`,
    },
    id: `${group}/providers/Microsoft.Compute/disks/${diskName}`,
  });
  const osDisk = `${name}_OsDisk_1_${random.hex(32)}`;
  return {
    imageReference: placement.windows
      ? {
          publisher: 'MicrosoftWindowsServer',
          offer: 'WindowsServer',
          sku: '2022-datacenter-azure-edition',
          version: 'latest',
          exactVersion: '20348.2582.240703',
        }
      : {
          publisher: 'canonical',
          offer: '0001-com-ubuntu-server-jammy',
          sku: '22_04-lts-gen2',
          version: 'latest',
          exactVersion: '22.04.202407160',
        },
    osDisk: {
      osType: placement.windows ? 'Windows' : 'Linux',
      name: osDisk,
      createOption: 'FromImage',
      caching: 'ReadWrite',
      managedDisk: disk(osDisk),
      deleteOption: 'Delete',
      diskSizeGB: 128,
    },
    dataDisks: [0, 1].map((lun) => {
      const diskName = `${name}_DataDisk_${lun}`;
      return {
        lun,
        name: diskName,
        createOption: 'Attach',
        caching: 'ReadOnly',
        writeAcceleratorEnabled: false,
        managedDisk: disk(diskName),
        deleteOption: 'Detach',
        diskSizeGB: 512,
        toBeDetached: false,
      };
    }),
    diskControllerType: 'SCSI',
  };
}

/** The operating-system profile of a machine. */
export function osProfile(placement: Placement, name: string) {
  const common = { computerName: name.slice(0, 15), adminUsername: 'nwtadmin' };
  const rest = { secrets: [], allowExtensionOperations: true, requireGuestProvisionSignal: true };
  const patchSettings = {
    patchMode: 'AutomaticByPlatform',
    automaticByPlatformSettings: { rebootSetting: 'IfRequired', bypassPlatformSafetyChecksOnUserSchedule: true },
    assessmentMode: 'AutomaticByPlatform',
  };
  if (placement.windows) {
    return {
      ...common,
      windowsConfiguration: {
        provisionVMAgent: true,
        enableAutomaticUpdates: true,
        timeZone: 'W. Europe Standard Time',
        patchSettings: { ...patchSettings, enableHotpatching: true },
        winRM: { listeners: [] },
        enableVMAgentPlatformUpdates: true,
      },
      ...rest,
    };
  }
  return {
    ...common,
    linuxConfiguration: {
      disablePasswordAuthentication: true,
      ssh: { publicKeys: [{ path: '/home/nwtadmin/.ssh/authorized_keys', keyData: sshKey }] },
      provisionVMAgent: true,
      patchSettings,
      enableVMAgentPlatformUpdates: true,
    },
    ...rest,
  };
}

/** Two network interfaces. */
export function networkProfile(placement: Placement, name: string, group: string) {
  return {
    networkInterfaces: [
      {
        id: `${group}/providers/Microsoft.Network/networkInterfaces/nic-${name}-01`,
        properties: { primary: true, deleteOption: 'Delete' },
      },
      {
        id: `${group}/providers/Microsoft.Network/networkInterfaces/nic-${name}-${placement.team}-mgmt`,
        properties: { primary: false, deleteOption: 'Delete' },
      },
    ],
  };
}
