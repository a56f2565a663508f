import { search as find } from '../../database/queries/search/search.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { defaultSearchLimit } from '../../parameters/parameter-values.ts';
import { answerFromInventory } from '../answer.ts';
import { envelope, inventoryHeaders } from '../answer-list.ts';
import { viewAt } from '../inventory-view.ts';
import type { searchQuery } from '../parameters/route-parameters.ts';
import type { CheckedRequest } from '../route.ts';

/** What has a text in an id or a name, now or before. */
export function search({ request, context, query }: CheckedRequest<typeof searchQuery>): Promise<Response> {
  const { q, limit = defaultSearchLimit } = query;
  return answerFromInventory(request, context, 'json', (published) => {
    const { database, asOf, completenessOf } = viewAt(published, query.asOf, null);
    const { value, truncated } = find(database, asOf, q, limit);
    const shown = { asOf, completeness: completenessOf(allKinds, {}) };
    return { body: envelope(value, shown, null, { truncated }), headers: inventoryHeaders(shown) };
  });
}
