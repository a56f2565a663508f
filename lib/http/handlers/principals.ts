import { refuseImpossibleFilter } from '../../database/queries/machines/tag-names.ts';
import {
  iteratePrincipals,
  listPrincipals as listPage,
  lookupPrincipals as lookup,
} from '../../database/queries/principals/principals.ts';
import { NotFoundError } from '../../errors.ts';
import { allKinds, principalListKinds } from '../../inventory/shown-kinds.ts';
import { toPrincipalFilter } from '../../parameters/filters.ts';
import { selected } from '../../parameters/select.ts';
import { principalCsv } from '../../reports/csv.ts';
import { answerFromInventory, answerText } from '../answer.ts';
import { answerList, envelope, inventoryHeaders } from '../answer-list.ts';
import { deadline } from '../deadline.ts';
import { viewAt } from '../inventory-view.ts';
import type {
  lookupBody,
  lookupQuery,
  principalPath,
  principalQuery,
  principalsQuery,
} from '../parameters/route-parameters.ts';
import type { CheckedRequest, noNames } from '../route.ts';

export function listPrincipals(checked: CheckedRequest<typeof principalsQuery>): Promise<Response> {
  const { query } = checked;
  const filter = toPrincipalFilter(query);
  return answerList(checked, (published, token) => {
    const { database, asOf, completenessOf } = viewAt(published, query.asOf, token);
    refuseImpossibleFilter(database, asOf, filter);
    return {
      shown: { asOf, completeness: completenessOf(principalListKinds(filter), filter) },
      page: (limit, after) => listPage(database, asOf, filter, { limit, after }),
      all: () => iteratePrincipals(database, asOf, filter),
      csv: principalCsv,
    };
  });
}

/** One principal by its principal id or client id. */
export function getPrincipal({
  request,
  context,
  names: { principalId },
  query: { asOf, select },
}: CheckedRequest<typeof principalQuery, typeof principalPath>): Promise<Response> {
  return answerFromInventory(request, context, 'json', (published) => {
    const view = viewAt(published, asOf, null);
    const [principal] = lookup(view.database, view.asOf, [principalId]);
    if (principal === undefined || principal.state === 'neverSeen') {
      throw new NotFoundError(
        'PrincipalNotFound',
        `No run up to ${view.asOf.runId} has seen the principal id or client id ${principalId}`,
        { hint: 'If a subscription was not read, its identities may be missing: GET /api/subscriptions' },
      );
    }
    const completeness = view.completenessOf(allKinds, {});
    return {
      body: JSON.stringify(selected(principal, select)),
      headers: inventoryHeaders({ asOf: view.asOf, completeness }),
    };
  });
}

/** One entry per id of the body `{"ids":[…]}`, in the same order. */
export async function lookupPrincipals({
  request,
  context,
  query: { asOf, select },
  body: { ids },
}: CheckedRequest<typeof lookupQuery, typeof noNames, typeof lookupBody>): Promise<Response> {
  using published = await context.currentDatabase(deadline());
  const view = viewAt(published, asOf, null);
  const value = lookup(view.database, view.asOf, ids).map((principal) =>
    principal.state === 'neverSeen' ? principal : selected(principal, select),
  );
  const shown = { asOf: view.asOf, completeness: view.completenessOf(allKinds, {}) };
  return answerText(request, envelope(value, shown, null), 'json', { headers: inventoryHeaders(shown) });
}
