import { readLedger } from '../../database/queries/coverage/ledger.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { defaultPageSize } from '../../parameters/fields.ts';
import { answerFromInventory } from '../answer.ts';
import type { Handler } from '../context.ts';
import { envelope, inventoryHeaders } from '../envelope.ts';
import { viewAt } from '../inventory-view.ts';
import { subscriptionsQuery } from '../parameters/list-parameters.ts';
import { parseQuery } from '../parameters/parse.ts';
import { nextLink, readSkipToken } from '../skip-token.ts';

/** `GET subscriptions`: the coverage ledger in pages, and on each of them all blind spots. */
export const listSubscriptions: Handler = async (request, _parameters, context) => {
  const query = parseQuery(subscriptionsQuery, request);
  const token = query.skiptoken === undefined ? null : readSkipToken(query.skiptoken, request);
  return answerFromInventory(request, context, 'json', (published) => {
    const { database, asOf, completenessOf } = viewAt(published, query.asOf, token);
    const { coverage, blindSpots } = readLedger(database, asOf);
    const from = token?.position.row ?? 0;
    const to = from + (query.maxpagesize ?? defaultPageSize);
    const shown = { asOf, completeness: completenessOf(allKinds, {}) };
    const next =
      to < coverage.length ? nextLink(request, { runId: asOf.runId, position: { value: null, row: to } }) : null;
    return {
      body: envelope(coverage.slice(from, to), shown, next, { blindSpots }),
      headers: inventoryHeaders(shown),
    };
  });
};
