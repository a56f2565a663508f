import { readLedger } from '../../database/queries/coverage/ledger.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { defaultPageSize } from '../../parameters/parameter-values.ts';
import { selectFields } from '../../parameters/select.ts';
import { answerFromInventory } from '../answer.ts';
import { envelope, inventoryHeaders } from '../answer-list.ts';
import { viewAt } from '../inventory-view.ts';
import type { subscriptionsQuery } from '../parameters/route-parameters.ts';
import type { CheckedRequest } from '../route.ts';
import { nextLink, readSkipToken } from '../skip-token.ts';

/** The coverage ledger in pages. Every page also has all blind spots, and is as complete as the whole ledger. */
export async function listSubscriptions({
  request,
  context,
  query,
}: CheckedRequest<typeof subscriptionsQuery>): Promise<Response> {
  const token = query.skiptoken === undefined ? null : readSkipToken(query.skiptoken, request);
  return answerFromInventory(request, context, 'json', (published) => {
    const { database, asOf, completenessOf } = viewAt(published, query.asOf, token);
    const { coverage: all, blindSpots } = readLedger(database, asOf);
    const coverage = all.filter(({ status }) => query.status === undefined || status === query.status);
    const from = token?.position.row ?? 0;
    const to = from + (query.maxpagesize ?? defaultPageSize);
    const shown = { asOf, completeness: completenessOf(allKinds, {}) };
    const next =
      to < coverage.length ? nextLink(request, { runId: asOf.runId, position: { value: null, row: to } }) : null;
    return {
      body: envelope([...selectFields(coverage.slice(from, to), query.select)], shown, next, { blindSpots }),
      headers: inventoryHeaders(shown),
    };
  });
}
