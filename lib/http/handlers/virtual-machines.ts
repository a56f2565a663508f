import { selectMachines } from '../../database/queries/machines/machine-selection.ts';
import { refuseImpossibleFilter } from '../../database/queries/machines/tag-names.ts';
import {
  getVirtualMachine as findMachine,
  iterateVirtualMachines,
  listVirtualMachines as listPage,
} from '../../database/queries/machines/virtual-machines.ts';
import { NotFoundError } from '../../errors.ts';
import type { MachineFilter } from '../../inventory/query.ts';
import { machineListKinds } from '../../inventory/shown-kinds.ts';
import { type MachineById, virtualMachineType } from '../../inventory/virtual-machine.ts';
import { toMachineFilter } from '../../parameters/filters.ts';
import { liveCompleteness, matchingMachines } from '../../parameters/matching-machines.ts';
import { selected, selectFields } from '../../parameters/select.ts';
import { virtualMachineCsv } from '../../reports/csv.ts';
import { answerFromInventory, answerJson, answerText } from '../answer.ts';
import { answerList, envelope, inventoryHeaders, lines, shownFields } from '../answer-list.ts';
import { liveDeadline } from '../deadline.ts';
import { formatOf } from '../format.ts';
import { viewAt } from '../inventory-view.ts';
import { refuseIfLive, throwIfRefused } from '../live.ts';
import type {
  subscriptionPath,
  subscriptionVirtualMachinesQuery,
  virtualMachinePath,
  virtualMachineQuery,
  virtualMachinesQuery,
} from '../parameters/route-parameters.ts';
import { invalidParameter, RequestError } from '../request-error.ts';
import type { CheckedRequest } from '../route.ts';

type MachineListRequest = Omit<CheckedRequest<typeof virtualMachinesQuery>, 'names'>;

/** Machines that a live list may read. */
const liveLimit = 5000;

/** Of a live read of one machine that succeeded. */
const oneRead = {
  complete: true,
  coverage: { complete: 1, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: 0 },
};

export function listVirtualMachines(checked: MachineListRequest): Promise<Response> {
  return answerMachineList(checked, toMachineFilter(checked.query));
}

/** Machines of one subscription; `live=true` reads Azure. */
export function listSubscriptionVirtualMachines(
  checked: CheckedRequest<typeof subscriptionVirtualMachinesQuery, typeof subscriptionPath>,
): Promise<Response> {
  const filter = { ...toMachineFilter(checked.query), subscriptionId: checked.names.subscriptionId };
  return checked.query.live === true ? answerLiveList(checked, filter) : answerMachineList(checked, filter);
}

/** One virtual machine; `live=true` reads Azure. */
export async function getVirtualMachine({
  request,
  context,
  names: { subscriptionId, resourceGroupName, virtualMachineName },
  query: { live, asOf, select },
}: CheckedRequest<typeof virtualMachineQuery, typeof virtualMachinePath>): Promise<Response> {
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.Compute/virtualMachines/${virtualMachineName}`;
  if (live === true) {
    refuseIfLive('asOf', asOf);
    const machine: MachineById = await context.getLive(id, liveDeadline());
    const shown = { asOf: { finishedAt: context.now().toISOString(), runId: null }, completeness: oneRead };
    const body = { ...selected(machine, select), ...shownFields(shown) };
    return answerJson(request, body, { headers: inventoryHeaders(shown) });
  }
  return answerFromInventory(request, context, 'json', (published) => {
    const view = viewAt(published, asOf, null);
    const machine = findMachine(view.database, view.asOf, id);
    if (machine === null) {
      throw new NotFoundError('ResourceNotFound', `No run up to ${view.asOf.runId} has seen ${id}`, {
        hint: 'GET /api/virtualMachines lists the ids',
      });
    }
    const completeness = view.completenessOf(machineListKinds({ type: machine.type }), { subscriptionId });
    const shown = { asOf: view.asOf, completeness };
    return {
      body: JSON.stringify({ ...selected(machine, select), ...shownFields(shown) }),
      headers: inventoryHeaders(shown),
    };
  });
}

async function answerMachineList(checked: MachineListRequest, filter: MachineFilter): Promise<Response> {
  const { asOf: at, orderby: orderBy, skip, skiptoken } = checked.query;
  if (skip !== undefined && skiptoken !== undefined) {
    const message = `skip is '${skip}'; it cannot be combined with skiptoken`;
    throw new RequestError(400, 'InvalidParameter', message, { target: 'skip' });
  }
  return answerList(checked, (published, token) => {
    const { database, asOf, completenessOf } = viewAt(published, at, token);
    refuseImpossibleFilter(database, asOf, filter);
    return {
      shown: { asOf, completeness: completenessOf(machineListKinds(filter), filter) },
      page: (limit, after) => listPage(database, asOf, filter, { limit, orderBy, after, skip }),
      count: () => selectMachines(database, asOf.seq, filter).count,
      all: () => iterateVirtualMachines(database, asOf, filter, orderBy),
      csv: virtualMachineCsv,
    };
  });
}

/**
 * A subscription's machines as Azure lists them now, in one answer without pages. Nothing is written.
 * @throws {RequestError} 400 for parameters of history or pages; 502 `UpstreamDenied`, 404, 503 where Azure refused
 */
async function answerLiveList(
  { request, context, query }: MachineListRequest,
  filter: MachineFilter & { readonly subscriptionId: string },
): Promise<Response> {
  refuseIfLive('asOf', query.asOf);
  refuseIfLive('skiptoken', query.skiptoken);
  refuseIfLive('maxpagesize', query.maxpagesize);
  refuseIfLive('skip', query.skip);
  if (filter.type !== undefined && filter.type !== virtualMachineType) {
    throw invalidParameter('type', filter.type, 'virtualMachines, with live=true');
  }
  const read = await context.listLive(filter.subscriptionId, liveLimit, liveDeadline());
  throwIfRefused(read.coverage);
  const completeness = liveCompleteness(read, filter);
  const shown = { asOf: { finishedAt: context.now().toISOString(), runId: null }, completeness };
  const rows = matchingMachines(read.machines, filter, query.orderby);
  const format = formatOf(query.format, request);
  const text =
    format === 'json'
      ? envelope([...selectFields(rows, query.select)], shown, null, query.count === true ? { count: rows.length } : {})
      : [...lines(rows, format, query.select, virtualMachineCsv)].join('');
  return answerText(request, text, format, { headers: inventoryHeaders(shown) });
}
