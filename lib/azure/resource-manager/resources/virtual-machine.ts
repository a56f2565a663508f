import type { MachineReading } from '../../../inventory/virtual-machine.ts';
import { member } from '../../json.ts';
import type { ArmClient, RequestContext } from '../client/arm-client.ts';
import { InvalidResponseError } from '../client/errors/invalid-response-error.ts';
import { toMachineReading, virtualMachineIdParts } from './to-machine-reading.ts';
import { toPowerState } from './to-power-state.ts';

/** One machine and whether it runs; `powerState` is null where Azure does not say. */
export interface VirtualMachineAnswer {
  readonly machine: MachineReading;
  readonly powerState: string | null;
}

/**
 * One virtual machine by its id, with its instance view, through `@azure/arm-compute`. What the inventory keeps is read from
 * the answer itself by the same parser as the lists, so that a machine never differs by the way it was read.
 * @throws {ArmError} `status` 404: there is none
 * @throws {InvalidResponseError} the id is not a virtual machine's, or the answer is not one
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/get
 */
export async function getVirtualMachine(
  arm: ArmClient,
  id: string,
  context: RequestContext,
): Promise<VirtualMachineAnswer> {
  const parts = virtualMachineIdParts(id);
  if (parts === null) throw new InvalidResponseError(`Not the id of a virtual machine: ${id}`);
  // loaded when needed: most commands never read a machine by its id, and it is the largest dependency
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
    // after a whole answer only the model's own parser can fail: it stumbles over nulls that Azure may send, ours does not
    if (body === undefined) throw error;
  });
  return {
    machine: toMachineReading(body),
    powerState: toPowerState(member(member(body, 'properties'), 'instanceView')),
  };
}
