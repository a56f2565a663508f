import { type MachineReading, type PowerStateReading, virtualMachineType } from '../../../inventory/virtual-machine.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors.ts';
import { mapPages } from '../client/pages.ts';
import { readResourceId, resourceIdParser, resourcePath, subscriptionListPath } from './resource-id.ts';
import { toMachineIdentity } from './to-machine-identity.ts';
import { toPowerState, toTags, toTime, toZones } from './wire-values.ts';

/** The version that `@azure/arm-compute` uses, so that a machine is the same in a list and by its id. */
export const computeApiVersion = '2026-04-01';

const virtualMachinesPath = (subscriptionId: string) => subscriptionListPath(subscriptionId, virtualMachineType);

/** The parts of a virtual machine's id; null for any other id. */
export const virtualMachineIdParts = resourceIdParser(virtualMachineType);

/**
 * Virtual machines of one subscription, page by page, without the instances of Uniform scale sets. A complete list does not
 * prove that the identity sees all machines: check the effective permissions.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all
 */
export function listVirtualMachines(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): AsyncIterableIterator<readonly MachineReading[], undefined> {
  const request = { apiVersion: computeApiVersion, context };
  return mapPages(arm.pages(virtualMachinesPath(subscriptionId), request), (page) => page.map(toMachineReading));
}

/**
 * One virtual machine by its id, as in the list.
 * @throws {ArmError} `status` 404: it does not exist
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/get
 */
export async function readVirtualMachine(arm: ArmClient, id: string, context: RequestContext): Promise<MachineReading> {
  return toMachineReading(await arm.get(resourcePath(id), { apiVersion: computeApiVersion, context }));
}

/** A machine and its power state, which is null if Azure does not report it. */
export interface VirtualMachineAnswer {
  readonly machine: MachineReading;
  readonly powerState: string | null;
}

/**
 * One virtual machine by its id, with its power state, through `@azure/arm-compute`. The parser of the lists reads the raw
 * answer, so that a machine is the same however it was read.
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
  return {
    machine: toMachineReading(body),
    powerState: toPowerState(member(member(body, 'properties'), 'instanceView')),
  };
}

/**
 * Power states of one subscription's virtual machines, page by page, without machines whose state Azure does not know.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all (`statusOnly`)
 */
export function listPowerStates(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): AsyncIterableIterator<readonly PowerStateReading[], undefined> {
  const request = { apiVersion: computeApiVersion, query: { statusOnly: 'true' }, context };
  return mapPages(arm.pages(virtualMachinesPath(subscriptionId), request), (page) => page.flatMap(toPowerStateReading));
}

function toPowerStateReading(item: unknown): PowerStateReading[] {
  const id = textOrNull(member(item, 'id'));
  if (id === null) throw new InvalidResponseError('A power state was listed without the id of its virtual machine');
  const powerState = toPowerState(member(member(item, 'properties'), 'instanceView'));
  return powerState === null ? [] : [{ id, powerState }];
}

/**
 * What the inventory keeps of a virtual machine. Missing, null and odd values become null or the documented default, never a
 * guess. Written by hand for speed, because it runs for every machine of every run: three to four microseconds each.
 * @throws {InvalidResponseError} the id is unusable
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all
 */
export function toMachineReading(item: unknown): MachineReading {
  const { id, parts } = readResourceId(item, virtualMachineIdParts, 'A virtual machine');
  const properties = member(item, 'properties');
  return {
    id,
    name: textOrNull(member(item, 'name')) ?? parts.name,
    type: virtualMachineType,
    subscriptionId: parts.subscriptionId,
    resourceGroup: parts.resourceGroup,
    location: textOrNull(member(item, 'location')) ?? '',
    zones: toZones(member(item, 'zones')),
    vmId: textOrNull(member(properties, 'vmId')),
    vmSize: textOrNull(member(member(properties, 'hardwareProfile'), 'vmSize')),
    osType: textOrNull(member(member(member(properties, 'storageProfile'), 'osDisk'), 'osType')),
    priority: textOrNull(member(properties, 'priority')) ?? 'Regular',
    provisioningState: textOrNull(member(properties, 'provisioningState')),
    timeCreated: toTime(member(properties, 'timeCreated')),
    tags: toTags(member(item, 'tags')),
    scaleSetId: textOrNull(member(member(properties, 'virtualMachineScaleSet'), 'id')),
    instanceCount: null,
    identity: toMachineIdentity(member(item, 'identity')),
  };
}
