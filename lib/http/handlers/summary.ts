import { readSummary } from '../../database/queries/summary.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { answerFromInventory } from '../answer.ts';
import { inventoryHeaders, shownFields } from '../answer-list.ts';
import { etagOf } from '../etag.ts';
import { viewAt } from '../inventory-view.ts';
import type { summaryQuery } from '../parameters/route-parameters.ts';
import type { CheckedRequest } from '../route.ts';
import { acceptedNow } from './findings.ts';

/** The inventory in numbers, without the accepted findings. */
export async function getSummary({ request, context, query }: CheckedRequest<typeof summaryQuery>): Promise<Response> {
  const accepted = await acceptedNow(context);
  return answerFromInventory(
    request,
    context,
    'json',
    (published) => {
      const { database, asOf, completenessOf } = viewAt(published, query.asOf, null);
      const shown = { asOf, completeness: completenessOf(allKinds, {}) };
      const own = { version: context.version, damaged: published.damaged };
      const body = JSON.stringify({ ...shownFields(shown), ...own, ...readSummary(database, asOf, accepted) });
      return { body, headers: inventoryHeaders(shown) };
    },
    etagOf(JSON.stringify(accepted.findings)),
  );
}
