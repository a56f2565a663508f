import { lookupPrincipals as lookup } from '../../database/queries/principals/principals.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { selected } from '../../parameters/select.ts';
import { answerText } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { envelope, inventoryHeaders } from '../envelope.ts';
import { viewAt } from '../inventory-view.ts';
import { parseBody } from '../parameters/body.ts';
import { parseQuery } from '../parameters/parse.ts';
import { lookupBody, lookupQuery } from '../parameters/route-parameters.ts';

/** `POST principals/lookup` with `{"ids":[…]}`: one entry per id in the order asked. */
export const lookupPrincipals: Handler = async (request, _parameters, context) => {
  const { asOf, select } = parseQuery(lookupQuery, request);
  const { ids } = await parseBody(lookupBody, request);
  using published = await context.currentDatabase(deadline());
  const view = viewAt(published, asOf, null);
  const value = lookup(view.database, view.asOf, ids).map((principal) =>
    principal.state === 'neverSeen' ? principal : selected(principal, select),
  );
  const shown = { asOf: view.asOf, completeness: view.completenessOf(allKinds, {}) };
  return answerText(request, envelope(value, shown, null), 'json', { headers: inventoryHeaders(shown) });
};
