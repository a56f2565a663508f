import { countMachines } from '../../database/queries/machines/machine-facets.ts';
import { refuseImpossibleFilter } from '../../database/queries/machines/tag-names.ts';
import { machineFacetKinds } from '../../inventory/shown-kinds.ts';
import { toMachineFilter } from '../../parameters/filters.ts';
import { answerFromInventory } from '../answer.ts';
import { inventoryHeaders, shownFields } from '../answer-list.ts';
import { viewAt } from '../inventory-view.ts';
import type { machineFacetsQuery } from '../parameters/route-parameters.ts';
import type { CheckedRequest } from '../route.ts';

/**
 * How many machines a filter selects, and how many have each value of the facets. The answer is complete if everything
 * was read that the facets count, which is more than the filter selects: a facet ignores its own filter.
 */
export function getMachineFacets({
  request,
  context,
  query,
}: CheckedRequest<typeof machineFacetsQuery>): Promise<Response> {
  const filter = toMachineFilter(query);
  return answerFromInventory(request, context, 'json', (published) => {
    const { database, asOf, completenessOf } = viewAt(published, query.asOf, null);
    refuseImpossibleFilter(database, asOf, filter);
    const counted = countMachines(database, asOf.seq, filter, query.facet);
    // Counts by subscription are of every subscription.
    const scope = counted.facets.subscriptionId === undefined ? filter : {};
    const shown = { asOf, completeness: completenessOf(machineFacetKinds(filter, counted), scope) };
    return { body: JSON.stringify({ ...counted, ...shownFields(shown) }), headers: inventoryHeaders(shown) };
  });
}
