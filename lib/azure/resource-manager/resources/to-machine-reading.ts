import { type MachineReading, virtualMachineType } from '../../../inventory/virtual-machine.ts';
import { member, textOrNull } from '../../json.ts';
import { InvalidResponseError } from '../client/errors/invalid-response-error.ts';
import { resourceIdParser } from './resource-id.ts';
import { toMachineIdentity } from './to-machine-identity.ts';
import { toTime } from './to-time.ts';
import { toZones } from './to-zones.ts';
import { toTags } from './wire-values.ts';

/** The parts of a virtual machine's resource id; null when it is none. */
export const virtualMachineIdParts = resourceIdParser(virtualMachineType);

/**
 * A virtual machine as Resource Manager writes it, as what the inventory keeps. Missing, null and odd values become null
 * (or the documented default); nothing is guessed. Written by hand because it runs for every machine of every run:
 * three to four microseconds each.
 * @throws {InvalidResponseError} without a usable id a machine cannot be told from another
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all
 */
export function toMachineReading(item: unknown): MachineReading {
  const id = textOrNull(member(item, 'id'));
  const parts = id === null ? null : virtualMachineIdParts(id);
  if (id === null || parts === null) {
    throw new InvalidResponseError(`A virtual machine was listed without a usable id: ${id ?? 'none'}`);
  }
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
