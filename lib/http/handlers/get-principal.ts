import { lookupPrincipals } from '../../database/queries/principals/principals.ts';
import { NotFoundError } from '../../errors.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { selected } from '../../parameters/select.ts';
import { answerFromInventory } from '../answer.ts';
import type { Handler } from '../context.ts';
import { inventoryHeaders } from '../envelope.ts';
import { viewAt } from '../inventory-view.ts';
import { parseQuery, parseRoute } from '../parameters/parse.ts';
import { principalQuery, principalRoute } from '../parameters/route-parameters.ts';

/** `GET principals/{principalId}`: by principal id or client id. */
export const getPrincipal: Handler = async (request, parameters, context) => {
  const { principalId } = parseRoute(principalRoute, parameters);
  const { asOf, select } = parseQuery(principalQuery, request);
  return answerFromInventory(request, context, 'json', (published) => {
    const view = viewAt(published, asOf, null);
    const [principal] = lookupPrincipals(view.database, view.asOf, [principalId]);
    if (principal === undefined || principal.state === 'neverSeen') {
      throw new NotFoundError(
        'PrincipalNotFound',
        `No run up to ${view.asOf.runId} has seen the principal ${principalId}`,
      );
    }
    const completeness = view.completenessOf(allKinds, {});
    return {
      body: JSON.stringify(selected(principal, select)),
      headers: inventoryHeaders({ asOf: view.asOf, completeness }),
    };
  });
};
