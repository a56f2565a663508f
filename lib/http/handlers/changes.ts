import { iterateChanges, listChanges as listPage } from '../../database/queries/changes.ts';
import { changeListKinds } from '../../inventory/shown-kinds.ts';
import { changesCsv } from '../../reports/csv.ts';
import { answerList } from '../answer-list.ts';
import { viewBetween } from '../inventory-view.ts';
import type { changesQuery } from '../parameters/route-parameters.ts';
import type { CheckedRequest } from '../route.ts';

/** The log of changes after `from`, up to and including `to`; by default, between the last two runs. */
export function listChanges(checked: CheckedRequest<typeof changesQuery>): Promise<Response> {
  const { query } = checked;
  return answerList(checked, (published, token) => {
    const { database, asOf, range, completenessOf } = viewBetween(published, query, token);
    return {
      shown: { asOf, completeness: completenessOf(changeListKinds(query.kind), query) },
      page: (limit, after) => listPage(database, range, query, { limit, after }),
      all: () => iterateChanges(database, range, query),
      csv: changesCsv,
    };
  });
}
