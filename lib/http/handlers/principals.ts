import { iteratePrincipals, listPrincipals as listAll } from '../../database/queries/principals/principals.ts';
import type { PrincipalFilter } from '../../inventory/query.ts';
import { principalListKinds } from '../../inventory/shown-kinds.ts';
import { toMachineFilter } from '../../parameters/machine-filter.ts';
import { principalCsv } from '../../reports/csv.ts';
import { answerFromInventory } from '../answer.ts';
import type { Handler } from '../context.ts';
import { formatOf } from '../format.ts';
import { viewAt } from '../inventory-view.ts';
import { listContent } from '../list-content.ts';
import { parseQuery } from '../parameters/parse.ts';
import { principalsQuery } from '../parameters/route-parameters.ts';
import { readSkipToken } from '../skip-token.ts';

/** `GET principals` */
export const listPrincipals: Handler = async (request, _parameters, context) => {
  const query = parseQuery(principalsQuery, request);
  const { state, skiptoken } = query;
  const filter: PrincipalFilter = { ...toMachineFilter(query), ...(state === undefined ? {} : { state }) };
  const format = formatOf(query.format, request);
  const token = skiptoken === undefined ? null : readSkipToken(skiptoken, request);
  return answerFromInventory(request, context, format, (published) => {
    const { database, asOf, completenessOf } = viewAt(published, query.asOf, token);
    return listContent(
      { request, format, select: query.select, maxPageSize: query.maxpagesize, token },
      {
        shown: { asOf, completeness: completenessOf(principalListKinds(filter), filter) },
        page: (limit, after) => listAll(database, asOf, filter, { limit, ...(after === undefined ? {} : { after }) }),
        all: () => iteratePrincipals(database, asOf, filter),
        csv: principalCsv,
      },
    );
  });
};
