import {
  iterateVirtualMachines,
  listVirtualMachines as listMachines,
} from '../../database/queries/machines/virtual-machines.ts';
import type { MachineFilter, OrderBy } from '../../inventory/query.ts';
import { machineListKinds } from '../../inventory/shown-kinds.ts';
import type { VirtualMachine } from '../../inventory/virtual-machine.ts';
import { toMachineFilter } from '../../parameters/machine-filter.ts';
import { virtualMachineCsv } from '../../reports/csv.ts';
import { answerFromInventory } from '../answer.ts';
import type { Handler, HttpContext, IncomingRequest } from '../context.ts';
import { type Format, formatOf } from '../format.ts';
import { viewAt } from '../inventory-view.ts';
import { listContent } from '../list-content.ts';
import { parseQuery } from '../parameters/parse.ts';
import { virtualMachinesQuery } from '../parameters/route-parameters.ts';
import { readSkipToken } from '../skip-token.ts';

/** `GET virtualMachines` */
export const listVirtualMachines: Handler = async (request, _parameters, context) => {
  const query = parseQuery(virtualMachinesQuery, request);
  return answerMachineList(request, context, query, toMachineFilter(query));
};

export interface MachineListQuery {
  readonly asOf?: string;
  readonly select?: (keyof VirtualMachine & string)[];
  readonly orderby?: OrderBy;
  readonly maxpagesize?: number;
  readonly skiptoken?: string;
  readonly format?: Format;
}

/** A list of machines from the inventory, however its filter came about. */
export function answerMachineList(
  request: IncomingRequest,
  context: HttpContext,
  query: MachineListQuery,
  filter: MachineFilter,
): Promise<Response> {
  const { orderby, skiptoken } = query;
  const format = formatOf(query.format, request);
  const token = skiptoken === undefined ? null : readSkipToken(skiptoken, request);
  return answerFromInventory(request, context, format, (published) => {
    const { database, asOf, completenessOf } = viewAt(published, query.asOf, token);
    return listContent(
      { request, format, select: query.select, maxPageSize: query.maxpagesize, token },
      {
        shown: { asOf, completeness: completenessOf(machineListKinds(filter), filter) },
        page: (limit, after) =>
          listMachines(database, asOf, filter, {
            limit,
            ...(orderby === undefined ? {} : { orderBy: orderby }),
            ...(after === undefined ? {} : { after }),
          }),
        all: () => iterateVirtualMachines(database, asOf, filter, orderby),
        csv: virtualMachineCsv,
      },
    );
  });
}
