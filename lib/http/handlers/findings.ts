import { iterateFindings, listFindings as listPage } from '../../database/queries/findings.ts';
import type { AcceptedFinding } from '../../inventory/finding.ts';
import { allKinds } from '../../inventory/shown-kinds.ts';
import { findingsCsv } from '../../reports/csv.ts';
import { answerList } from '../answer-list.ts';
import type { HttpContext } from '../context.ts';
import { deadline } from '../deadline.ts';
import { etagOf } from '../etag.ts';
import { viewAt } from '../inventory-view.ts';
import type { findingsQuery } from '../parameters/route-parameters.ts';
import type { CheckedRequest } from '../route.ts';

/** What deserves a look, without the accepted findings. The answer and its ETag change when an acceptance expires. */
export async function listFindings(checked: CheckedRequest<typeof findingsQuery>): Promise<Response> {
  const { context, query } = checked;
  const accepted = await acceptedNow(context);
  return answerList(
    checked,
    (published, token) => {
      const { database, asOf, completenessOf } = viewAt(published, query.asOf, token);
      return {
        shown: { asOf, completeness: completenessOf(allKinds, query) },
        page: (limit, after) => listPage(database, asOf, query, accepted, { limit, after: after?.row ?? 0 }),
        all: () => iterateFindings(database, asOf, query, accepted),
        csv: findingsCsv,
      };
    },
    etagOf(JSON.stringify(accepted.findings)),
  );
}

/** The acceptances that have not expired. */
export async function acceptedNow(
  context: HttpContext,
): Promise<{ readonly findings: readonly AcceptedFinding[]; readonly now: number }> {
  const now = context.now().getTime();
  const findings = await context.acceptedFindings(deadline());
  return { now, findings: findings.filter(({ expires }) => Date.parse(expires) > now) };
}
