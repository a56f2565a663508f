import { iterateChanges, listChanges as listPage } from '../../database/queries/changes.ts';
import { changeListKinds } from '../../inventory/shown-kinds.ts';
import { changesCsv } from '../../reports/csv.ts';
import { answerFromInventory } from '../answer.ts';
import type { Handler } from '../context.ts';
import { formatOf } from '../format.ts';
import { viewBetween } from '../inventory-view.ts';
import { listContent } from '../list-content.ts';
import { changesQuery } from '../parameters/list-parameters.ts';
import { parseQuery } from '../parameters/parse.ts';
import { readSkipToken } from '../skip-token.ts';

/** `GET changes`: the log of changes after `from`, up to and including `to`; between the last two runs unless they are given. */
export const listChanges: Handler = async (request, _parameters, context) => {
  const query = parseQuery(changesQuery, request);
  const { from: _from, to: _to, select, maxpagesize, skiptoken, format: _format, ...filter } = query;
  const format = formatOf(query.format, request);
  const token = skiptoken === undefined ? null : readSkipToken(skiptoken, request);
  return answerFromInventory(request, context, format, (published) => {
    const { database, asOf, range, completenessOf } = viewBetween(published, query, token);
    return listContent(
      { request, format, select, maxPageSize: maxpagesize, token },
      {
        shown: { asOf, completeness: completenessOf(changeListKinds(filter.kind), filter) },
        page: (limit, after) => listPage(database, range, filter, { limit, ...(after === undefined ? {} : { after }) }),
        all: () => iterateChanges(database, range, filter),
        csv: changesCsv,
      },
    );
  });
};
