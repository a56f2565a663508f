import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { mapPages } from '../client/pages.ts';
import { readResourceId, resourceIdParser, resourcePath, subscriptionListPath } from './resource-id.ts';
import { toMachineIdentity } from './to-machine-identity.ts';
import { toTags } from './wire-values.ts';

const arcMachineType = 'Microsoft.HybridCompute/machines';
const arcApiVersion = '2025-01-13';
const idParts = resourceIdParser(arcMachineType);

/**
 * Machines outside Azure that Azure Arc manages, of one subscription, page by page.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/hybridcompute/machines/list-by-subscription
 */
export function listArcMachines(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): AsyncIterableIterator<readonly MachineReading[], undefined> {
  const path = subscriptionListPath(subscriptionId, arcMachineType);
  return mapPages(arm.pages(path, { apiVersion: arcApiVersion, context }), (page) => page.map(toArcMachineReading));
}

/**
 * One Arc machine by its id.
 * @throws {ArmError} `status` 404: it does not exist
 * @see https://learn.microsoft.com/rest/api/hybridcompute/machines/get
 */
export async function getArcMachine(arm: ArmClient, id: string, context: RequestContext): Promise<MachineReading> {
  return toArcMachineReading(await arm.get(resourcePath(id), { apiVersion: arcApiVersion, context }));
}

/** @throws {InvalidResponseError} the id is unusable */
function toArcMachineReading(item: unknown): MachineReading {
  const { id, parts } = readResourceId(item, idParts, 'An Arc machine');
  const properties = member(item, 'properties');
  return {
    id,
    name: textOrNull(member(item, 'name')) ?? parts.name,
    type: arcMachineType,
    subscriptionId: parts.subscriptionId,
    resourceGroup: parts.resourceGroup,
    location: textOrNull(member(item, 'location')) ?? '',
    zones: [],
    vmId: textOrNull(member(properties, 'vmId')),
    vmSize: null,
    osType: toOsType(textOrNull(member(properties, 'osType'))),
    priority: 'Regular',
    provisioningState: textOrNull(member(properties, 'provisioningState')),
    timeCreated: null,
    tags: toTags(member(item, 'tags')),
    scaleSetId: null,
    instanceCount: null,
    identity: toMachineIdentity(member(item, 'identity')),
  };
}

/** The agent reports `windows` and `linux`; virtual machines have `Windows` and `Linux`. */
function toOsType(value: string | null): string | null {
  return ['Windows', 'Linux'].find((osType) => osType.toLowerCase() === value?.toLowerCase()) ?? value;
}
