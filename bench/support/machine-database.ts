import { createHash } from 'node:crypto';
import { openForWriting } from '../../lib/database/database.ts';
import { absentProperties, type MachineReading } from '../../lib/inventory/virtual-machine.ts';
import { mergeRun, type SubscriptionReading } from '../../test/support/readings.ts';
import type { TenantSize } from './azure-process.ts';

/** Writes an inventory of two runs; a twentieth of the machines differ between them. */
export function writeMachineDatabase(path: string, { subscriptions, vms }: TenantSize): void {
  using database = openForWriting(path);
  for (const day of [1, 2]) {
    const read = Array.from({ length: subscriptions }, (_, number) => {
      const machines = Array.from({ length: vms }, (_each, index) => machine(number, number * vms + index, day));
      return [guid(`subscription ${number}`), readingOf(machines)];
    });
    mergeRun(database, { day, subscriptions: Object.fromEntries(read) });
  }
}

function readingOf(machines: readonly MachineReading[]): SubscriptionReading {
  const states = machines.map(({ id }, index) => [id, `PowerState/${index % 4 === 0 ? 'deallocated' : 'running'}`]);
  return { machines, powerStates: Object.fromEntries(states) };
}

/** Ten resource groups in a subscription, 30 regions, 60 sizes; two thirds have an identity. */
function machine(subscription: number, number: number, day: number): MachineReading {
  const subscriptionId = guid(`subscription ${subscription}`);
  const resourceGroup = `rg-app-${number % 10}-${subscription}`;
  const name = `vm-${guid(`name ${number}`).slice(0, 6)}-${number}`;
  const type = 'Microsoft.Compute/virtualMachines';
  const hasIdentity = number % 3 > 0;
  return {
    ...absentProperties,
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${type}/${name}`,
    name,
    type,
    subscriptionId,
    resourceGroup,
    location: `region${number % 30}`,
    vmId: guid(`vm ${number}`),
    vmSize: `Standard_D${number % 60}s_v5`,
    osType: number % 3 === 0 ? 'Windows' : 'Linux',
    provisioningState: 'Succeeded',
    timeCreated: new Date(Date.UTC(2025, 0, 1) + ((number * 7919) % 100_000) * 60_000).toISOString(),
    tags: { env: 'prod', team: `team-${number % 50}`, cost: String((number % 1000) + (number % 20 === 0 ? day : 0)) },
    identity: {
      type: hasIdentity ? 'SystemAssigned' : 'None',
      principalId: hasIdentity ? guid(`principal ${number}`) : null,
      tenantId: hasIdentity ? guid('tenant') : null,
      userAssignedIdentities: {},
    },
  };
}

function guid(seed: string): string {
  const digits = createHash('md5').update(seed).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
