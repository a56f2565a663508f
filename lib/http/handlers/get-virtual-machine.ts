import { getVirtualMachine as findMachine } from '../../database/queries/machines/virtual-machines.ts';
import { NotFoundError } from '../../errors.ts';
import { machineListKinds } from '../../inventory/shown-kinds.ts';
import { selected } from '../../parameters/select.ts';
import { answerFromInventory, answerJson } from '../answer.ts';
import type { Handler } from '../context.ts';
import { inventoryHeaders } from '../envelope.ts';
import { viewAt } from '../inventory-view.ts';
import { liveDeadline } from '../live-list.ts';
import { parseQuery, parseRoute } from '../parameters/parse.ts';
import { virtualMachineQuery, virtualMachineRoute } from '../parameters/route-parameters.ts';
import { invalidParameter } from '../request-error.ts';

/** `GET subscriptions/{…}/resourceGroups/{…}/providers/Microsoft.Compute/virtualMachines/{…}`; `live=true` asks Azure. */
export const getVirtualMachine: Handler = async (request, parameters, context) => {
  const { subscriptionId, resourceGroupName, virtualMachineName } = parseRoute(virtualMachineRoute, parameters);
  const { live, asOf, select } = parseQuery(virtualMachineQuery, request);
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.Compute/virtualMachines/${virtualMachineName}`;
  if (live === true) {
    if (asOf !== undefined) throw invalidParameter('asOf', asOf, 'nothing, with live=true');
    return answerJson(request, selected(await context.getLive(id, liveDeadline()), select));
  }
  return answerFromInventory(request, context, 'json', (published) => {
    const view = viewAt(published, asOf, null);
    const machine = findMachine(view.database, view.asOf, id);
    if (machine === null) throw new NotFoundError('ResourceNotFound', `No run up to ${view.asOf.runId} has seen ${id}`);
    const completeness = view.completenessOf(machineListKinds({ type: machine.type }), { subscriptionId });
    return {
      body: JSON.stringify(selected(machine, select)),
      headers: inventoryHeaders({ asOf: view.asOf, completeness }),
    };
  });
};
