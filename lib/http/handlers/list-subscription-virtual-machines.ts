import { toMachineFilter } from '../../parameters/machine-filter.ts';
import type { Handler } from '../context.ts';
import { answerLiveList } from '../live-list.ts';
import { parseQuery, parseRoute } from '../parameters/parse.ts';
import { subscriptionRoute, subscriptionVirtualMachinesQuery } from '../parameters/route-parameters.ts';
import { answerMachineList } from './virtual-machines.ts';

/** `GET subscriptions/{subscriptionId}/providers/Microsoft.Compute/virtualMachines`; `live=true` asks Azure. */
export const listSubscriptionVirtualMachines: Handler = async (request, parameters, context) => {
  const { subscriptionId } = parseRoute(subscriptionRoute, parameters);
  const query = parseQuery(subscriptionVirtualMachinesQuery, request);
  const filter = { ...toMachineFilter(query), subscriptionId };
  return query.live === true
    ? answerLiveList(request, context, query, filter)
    : answerMachineList(request, context, query, filter);
};
