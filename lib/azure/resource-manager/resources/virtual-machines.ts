import { type MachineReading, type PowerStateReading, virtualMachineType } from '../../../inventory/virtual-machine.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import { machineFields, machineMembers } from './machine-fields.ts';
import { resourceIdParser } from './resource-id.ts';
import { resourceReader, subscriptionList } from './resource-requests.ts';
import { toPowerState, toTime, toZones } from './wire-values.ts';

/** The version that `@azure/arm-compute` uses, so that a machine is the same in a list and by its id. */
export const computeApiVersion = '2026-04-01';

/** The parts of a virtual machine's id; null for any other id. */
export const virtualMachineIdParts = resourceIdParser(virtualMachineType);

/**
 * Virtual machines of one subscription, without the instances of Uniform scale sets. A complete list does not prove
 * that the identity sees all machines: check the effective permissions.
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all
 */
export const listVirtualMachines = subscriptionList(
  virtualMachineType,
  {
    apiVersion: computeApiVersion,
    members: {
      ...machineMembers,
      zones: 'all',
      properties: {
        provisioningState: 'all',
        vmId: 'all',
        hardwareProfile: { vmSize: 'all' },
        storageProfile: { osDisk: { osType: 'all' } },
        priority: 'all',
        timeCreated: 'all',
        virtualMachineScaleSet: { id: 'all' },
      },
    },
  },
  (page) => page.map(toMachineReading),
);

/**
 * One virtual machine by its id, as in the list.
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/get
 */
export const readVirtualMachine = resourceReader(computeApiVersion, toMachineReading);

/** A machine and its power state, which is null if Azure does not report it. */
export interface VirtualMachineAnswer {
  readonly machine: MachineReading;
  readonly powerState: string | null;
}

/**
 * One virtual machine by its id, with its power state, through `@azure/arm-compute`. The parser of the lists reads the
 * raw answer, so that a machine is the same however it was read.
 * @throws {ArmError} `status` 404: it does not exist
 * @throws {InvalidResponseError} the id or the answer is not a virtual machine's
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/get
 */
export async function getVirtualMachine(
  arm: ArmClient,
  id: string,
  context: RequestContext,
): Promise<VirtualMachineAnswer> {
  const parts = virtualMachineIdParts(id);
  if (parts === null) throw new InvalidResponseError(`Not the id of a virtual machine: ${id}`);
  // Imported here because it is the largest dependency, and most commands never read a machine by its id.
  const { ComputeManagementClient } = await import('@azure/arm-compute');
  const compute = new ComputeManagementClient({ getToken: async () => null }, parts.subscriptionId, {
    endpoint: arm.origin,
    ...arm.forSdk(context),
  });
  let body: unknown;
  const get = compute.virtualMachines.get(parts.resourceGroup, parts.name, {
    expand: 'instanceView',
    onResponse: (response) => {
      body = response.parsedBody;
    },
  });
  await get.catch((error: unknown) => {
    // After a complete answer only the SDK's deserializer can fail, on nulls that Azure may send. Ours accepts them.
    if (body === undefined) throw error;
  });
  return { machine: toMachineReading(body), powerState: powerStateOf(body) };
}

/**
 * Power states of one subscription's virtual machines, without machines whose state Azure does not know.
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all (`statusOnly`)
 */
export const listPowerStates = subscriptionList(
  virtualMachineType,
  {
    apiVersion: computeApiVersion,
    query: { statusOnly: 'true' },
    members: { id: 'all', properties: { instanceView: { statuses: { code: 'all' } } } },
  },
  (page) => page.flatMap(toPowerStateReading),
);

function toPowerStateReading(item: unknown): PowerStateReading[] {
  const id = textOrNull(member(item, 'id'));
  if (id === null) throw new InvalidResponseError('A power state was listed without the id of its virtual machine');
  const powerState = powerStateOf(item);
  return powerState === null ? [] : [{ id, powerState }];
}

function powerStateOf(item: unknown): string | null {
  return toPowerState(member(member(item, 'properties'), 'instanceView'));
}

/**
 * What the inventory keeps of a virtual machine. Missing, null and odd values become null or the documented default,
 * never a guess. Written by hand for speed, because it runs for every machine of every run: three to four microseconds
 * each.
 * @throws {InvalidResponseError} the id is unusable
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all
 * @internal for tests
 */
export function toMachineReading(item: unknown): MachineReading {
  const properties = member(item, 'properties');
  return {
    ...machineFields(item, virtualMachineType, virtualMachineIdParts, 'A virtual machine'),
    zones: toZones(member(item, 'zones')),
    vmId: textOrNull(member(properties, 'vmId')),
    vmSize: textOrNull(member(member(properties, 'hardwareProfile'), 'vmSize')),
    osType: textOrNull(member(member(member(properties, 'storageProfile'), 'osDisk'), 'osType')),
    priority: textOrNull(member(properties, 'priority')) ?? 'Regular',
    timeCreated: toTime(member(properties, 'timeCreated')),
    scaleSetId: textOrNull(member(member(properties, 'virtualMachineScaleSet'), 'id')),
    instanceCount: null,
  };
}
