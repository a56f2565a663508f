import { NotFoundError } from '../../../errors.ts';
import { absentProperties, type MachineReading } from '../../../inventory/virtual-machine.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { machineFields, machineMembers } from './machine-fields.ts';
import { resourceIdParser, resourcePath } from './resource-id.ts';
import { subscriptionList } from './resource-requests.ts';
import { computeApiVersion } from './virtual-machines.ts';
import { toTime, toZones } from './wire-values.ts';

const scaleSetType = 'Microsoft.Compute/virtualMachineScaleSets';
const idParts = resourceIdParser(scaleSetType);

/**
 * Uniform scale sets of one subscription, each as one machine: the list of machines omits their instances, and the
 * identity belongs to the set. Flexible ones are left out, because their members are machines themselves.
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-sets/list-all
 */
export const listScaleSets = subscriptionList(
  scaleSetType,
  {
    apiVersion: computeApiVersion,
    members: {
      ...machineMembers,
      zones: 'all',
      sku: { name: 'all', capacity: 'all' },
      properties: {
        provisioningState: 'all',
        orchestrationMode: 'all',
        uniqueId: 'all',
        timeCreated: 'all',
        virtualMachineProfile: { storageProfile: { osDisk: { osType: 'all' } }, priority: 'all' },
      },
    },
  },
  (page) => page.filter(isUniform).map(toScaleSetReading),
);

/**
 * One Uniform scale set by its id.
 * @throws {ArmError} `status` 404: it does not exist
 * @throws {NotFoundError} it is a Flexible one, which is no machine itself
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-sets/get
 */
export async function getScaleSet(arm: ArmClient, id: string, context: RequestContext): Promise<MachineReading> {
  const item = await arm.get(resourcePath(id), { apiVersion: computeApiVersion, context });
  if (!isUniform(item)) throw new NotFoundError('NotUniform', `${id} is a Flexible scale set`);
  return toScaleSetReading(item);
}

/** Sets older than the choice have no mode and are Uniform. */
function isUniform(item: unknown): boolean {
  const mode = textOrNull(member(member(item, 'properties'), 'orchestrationMode'));
  return mode === null || mode.toLowerCase() === 'uniform';
}

function toScaleSetReading(item: unknown): MachineReading {
  const properties = member(item, 'properties');
  const profile = member(properties, 'virtualMachineProfile');
  const sku = member(item, 'sku');
  return {
    ...absentProperties,
    ...machineFields(item, scaleSetType, idParts, 'A scale set'),
    zones: toZones(member(item, 'zones')),
    vmId: textOrNull(member(properties, 'uniqueId')),
    vmSize: textOrNull(member(sku, 'name')),
    osType: textOrNull(member(member(member(profile, 'storageProfile'), 'osDisk'), 'osType')),
    priority: textOrNull(member(profile, 'priority')) ?? 'Regular',
    timeCreated: toTime(member(properties, 'timeCreated')),
    instanceCount: toCount(member(sku, 'capacity')),
  };
}

/** A whole number, 0 or more; null for anything else. */
function toCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
