import { NotFoundError } from '../../../errors.ts';
import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors/invalid-response-error.ts';
import { mapPages } from '../client/page-iterator.ts';
import { resourceIdParser, resourcePath, subscriptionListPath } from './resource-id.ts';
import { toMachineIdentity } from './to-machine-identity.ts';
import { toTime } from './to-time.ts';
import { toZones } from './to-zones.ts';
import { computeApiVersion } from './virtual-machines.ts';
import { toTags } from './wire-values.ts';

const scaleSetType = 'Microsoft.Compute/virtualMachineScaleSets';
const idParts = resourceIdParser(scaleSetType);

/**
 * Uniform scale sets of one subscription, page by page, each as one row: their instances are not in the list of machines, and
 * their identity sits on the set. Flexible ones are left out: their members are machines of their own.
 * @throws what `ArmClient.pages` throws
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-sets/list-all
 */
export function listScaleSets(
  arm: ArmClient,
  subscriptionId: string,
  context: RequestContext,
): AsyncIterableIterator<readonly MachineReading[], undefined> {
  const path = subscriptionListPath(subscriptionId, scaleSetType);
  return mapPages(arm.pages(path, { apiVersion: computeApiVersion, context }), (page) =>
    page.filter(isUniform).map(toScaleSetReading),
  );
}

/**
 * One Uniform scale set by its id.
 * @throws {ArmError} `status` 404: there is none
 * @throws {NotFoundError} it is a Flexible one, which is no row of its own
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-sets/get
 */
export async function getScaleSet(arm: ArmClient, id: string, context: RequestContext): Promise<MachineReading> {
  const item = await arm.get(resourcePath(id), { apiVersion: computeApiVersion, context });
  if (!isUniform(item)) throw new NotFoundError('NotUniform', `${id} is a Flexible scale set`);
  return toScaleSetReading(item);
}

/** Sets from before there was a choice do not say that they are Uniform. */
function isUniform(item: unknown): boolean {
  const mode = textOrNull(member(member(item, 'properties'), 'orchestrationMode'));
  return mode === null || mode.toLowerCase() === 'uniform';
}

/** @throws {InvalidResponseError} without a usable id a scale set cannot be told from another */
function toScaleSetReading(item: unknown): MachineReading {
  const id = textOrNull(member(item, 'id'));
  const parts = id === null ? null : idParts(id);
  if (id === null || parts === null) {
    throw new InvalidResponseError(`A scale set was listed without a usable id: ${id ?? 'none'}`);
  }
  const properties = member(item, 'properties');
  const profile = member(properties, 'virtualMachineProfile');
  const sku = member(item, 'sku');
  return {
    id,
    name: textOrNull(member(item, 'name')) ?? parts.name,
    type: scaleSetType,
    subscriptionId: parts.subscriptionId,
    resourceGroup: parts.resourceGroup,
    location: textOrNull(member(item, 'location')) ?? '',
    zones: toZones(member(item, 'zones')),
    vmId: textOrNull(member(properties, 'uniqueId')),
    vmSize: textOrNull(member(sku, 'name')),
    osType: textOrNull(member(member(member(profile, 'storageProfile'), 'osDisk'), 'osType')),
    priority: textOrNull(member(profile, 'priority')) ?? 'Regular',
    provisioningState: textOrNull(member(properties, 'provisioningState')),
    timeCreated: toTime(member(properties, 'timeCreated')),
    tags: toTags(member(item, 'tags')),
    scaleSetId: null,
    instanceCount: toCount(member(sku, 'capacity')),
    identity: toMachineIdentity(member(item, 'identity')),
  };
}

/** A whole number from 0; null for anything else. */
function toCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
