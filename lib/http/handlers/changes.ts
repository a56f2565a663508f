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
  const newestFirst = query.orderby === true;
  return answerList(checked, (published, token) => {
    const { database, asOf, range, completenessOf } = viewBetween(published, query, token, newestFirst);
    return {
      shown: { asOf, completeness: completenessOf(changeListKinds(query.kind), query) },
      page: (limit, after) => listPage(database, range, query, { limit, after, newestFirst }),
      all: () => iterateChanges(database, range, query, newestFirst),
      csv: changesCsv,
    };
  });
}
