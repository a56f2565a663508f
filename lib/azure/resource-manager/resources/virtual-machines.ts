import { type MachineReading, type PowerStateReading, virtualMachineType } from '../../../inventory/virtual-machine.ts';
import { member, textOrNull } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors/invalid-response-error.ts';
import { mapPages } from '../client/page-iterator.ts';
import { resourcePath, subscriptionListPath } from './resource-id.ts';
import { toMachineReading } from './to-machine-reading.ts';
import { toPowerState } from './to-power-state.ts';

/** The one that `@azure/arm-compute` speaks, so that a machine reads the same from a list and by its id. */
export const computeApiVersion = '2026-04-01';

const virtualMachinesPath = (subscriptionId: string) => subscriptionListPath(subscriptionId, virtualMachineType);

/**
 * Virtual machines of one subscription, page by page, as Resource Manager lists them. Instances of Uniform scale sets are
 * not among them. A list that ends well is no proof that all was shown: see the effective permissions.
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
 * One virtual machine by its id, as the list shows it.
 * @throws {ArmError} `status` 404: there is none
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/get
 */
export async function readVirtualMachine(arm: ArmClient, id: string, context: RequestContext): Promise<MachineReading> {
  return toMachineReading(await arm.get(resourcePath(id), { apiVersion: computeApiVersion, context }));
}

/**
 * Power states of one subscription's virtual machines, page by page. A machine whose state Azure does not know is left out.
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
