import { iterateFindings, listFindings as listPage } from '../../database/queries/findings.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { findingsCsv } from '../../reports/csv.ts';
import { answerFromInventory } from '../answer.ts';
import type { Handler } from '../context.ts';
import { deadline } from '../deadline.ts';
import { etagOf } from '../etag.ts';
import { formatOf } from '../format.ts';
import { viewAt } from '../inventory-view.ts';
import { listContent } from '../list-content.ts';
import { parseQuery } from '../parameters/parse.ts';
import { findingsQuery } from '../parameters/route-parameters.ts';
import { readSkipToken } from '../skip-token.ts';

/** `GET findings`: what deserves a look, but for what is accepted. An acceptance that ends makes another answer. */
export const listFindings: Handler = async (request, _parameters, context) => {
  const query = parseQuery(findingsQuery, request);
  const { asOf: at, select, maxpagesize, skiptoken, format: _format, ...filter } = query;
  const format = formatOf(query.format, request);
  const token = skiptoken === undefined ? null : readSkipToken(skiptoken, request);
  const now = context.now().getTime();
  const findings = (await context.acceptedFindings(deadline())).filter(({ expires }) => Date.parse(expires) > now);
  const state = etagOf(JSON.stringify(findings));
  return answerFromInventory(
    request,
    context,
    format,
    (published) => {
      const { database, asOf, completenessOf } = viewAt(published, at, token);
      const accepted = { findings, now };
      return listContent(
        { request, format, select, maxPageSize: maxpagesize, token },
        {
          shown: { asOf, completeness: completenessOf(allKinds, filter) },
          page: (limit, after) => listPage(database, asOf, filter, accepted, { limit, after: after?.row ?? 0 }),
          all: () => iterateFindings(database, asOf, filter, accepted),
          csv: findingsCsv,
        },
      );
    },
    state,
  );
};
