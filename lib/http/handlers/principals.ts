import { refuseImpossibleFilter } from '../../database/queries/machines/tag-names.ts';
import {
  iteratePrincipals,
  listPrincipals as listPage,
  lookupPrincipals as lookup,
} from '../../database/queries/principals/principals.ts';
import { hasCode, NotFoundError } from '../../errors.ts';
import { toLivePrincipal } from '../../inventory/live-principal.ts';
import { type Principal, roleCounts } from '../../inventory/principal.ts';
import { allKinds, principalListKinds } from '../../inventory/shown-kinds.ts';
import { toPrincipalFilter } from '../../parameters/filters.ts';
import { selected } from '../../parameters/select.ts';
import { principalCsv } from '../../reports/csv.ts';
import { answerFromInventory, answerJson, answerText } from '../answer.ts';
import { answerList, envelope, inventoryHeaders, shownFields } from '../answer-list.ts';
import type { HttpContext } from '../context.ts';
import { deadline, liveDeadline } from '../deadline.ts';
import { viewAt } from '../inventory-view.ts';
import { refuseIfLive, throwIfRefused } from '../live.ts';
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
      page: (limit, after) => listPage(database, asOf, filter, { limit, after }, { select: query.select }),
      all: () => iteratePrincipals(database, asOf, filter, { select: query.select }),
      csv: principalCsv,
    };
  });
}

type PrincipalRequest = CheckedRequest<typeof principalQuery, typeof principalPath>;

/** One principal by its principal id or client id; `live=true` reads its role assignments from Azure. */
export function getPrincipal(checked: PrincipalRequest): Promise<Response> {
  if (checked.query.live === true) return answerLive(checked);
  const {
    request,
    context,
    names: { principalId },
    query: { asOf, select, maxmachines, expand },
  } = checked;
  return answerFromInventory(request, context, 'json', (published) => {
    const view = viewAt(published, asOf, null);
    const detail = { select, maxMachines: maxmachines, permissions: expand !== undefined };
    const [principal] = lookup(view.database, view.asOf, [principalId], detail);
    if (principal === undefined || principal.state === 'neverSeen') {
      throw new NotFoundError(
        'PrincipalNotFound',
        `No run up to ${view.asOf.runId} has seen the principal id or client id ${principalId}`,
        { hint: 'If a subscription was not read, its identities may be missing: GET /api/subscriptions' },
      );
    }
    const shown = { asOf: view.asOf, completeness: view.completenessOf(allKinds, {}) };
    return {
      body: JSON.stringify({ ...selected(principal, select), ...shownFields(shown) }),
      headers: inventoryHeaders(shown),
    };
  });
}

/**
 * A principal with the role assignments that Azure lists now. Azure knows principal ids only: a client id is looked up
 * in the inventory, and an id that the inventory does not know is a principal id.
 * @throws {RequestError} 502 `UpstreamDenied`, 503 where Azure refused in every subscription
 */
async function answerLive({ request, context, names, query }: PrincipalRequest): Promise<Response> {
  refuseIfLive('asOf', query.asOf);
  refuseIfLive('expand', query.expand);
  const known = await findNow(context, names.principalId, query.maxmachines);
  const principalId = known?.principalId ?? names.principalId;
  const access = await context.readAccess(principalId, liveDeadline());
  const asked = access.coverage.filter(({ status }) => status !== 'skipped');
  throwIfRefused(asked.map(({ status, kinds }) => ({ status, reason: kinds.roleAssignments?.reason ?? null })));
  const shown = { asOf: { finishedAt: access.readAt, runId: null }, completeness: access.completeness };
  const { select } = query;
  const live = toLivePrincipal(principalId, known, access);
  const principal = selected({ ...live, ...roleCounts(live.roleAssignments, select) }, select);
  return answerJson(request, { ...principal, ...shownFields(shown) }, { headers: inventoryHeaders(shown) });
}

/** What the newest run knows of a principal; null = nothing, or there is no run yet. */
async function findNow(context: HttpContext, id: string, maxMachines: number | undefined): Promise<Principal | null> {
  try {
    using published = await context.currentDatabase(deadline());
    const view = viewAt(published, undefined, null);
    const [found] = lookup(view.database, view.asOf, [id], { maxMachines });
    return found === undefined || found.state === 'neverSeen' ? null : found;
  } catch (error) {
    if (!hasCode(error, 'InventoryNotReady')) throw error;
    return null;
  }
}

/** One entry per id of the body `{"ids":[…]}`, in the same order. */
export async function lookupPrincipals({
  request,
  context,
  query: { asOf, select, maxmachines },
  body: { ids },
}: CheckedRequest<typeof lookupQuery, typeof noNames, typeof lookupBody>): Promise<Response> {
  using published = await context.currentDatabase(deadline());
  const view = viewAt(published, asOf, null);
  const detail = { select, maxMachines: maxmachines };
  const value = lookup(view.database, view.asOf, ids, detail).map((principal) =>
    principal.state === 'neverSeen' ? principal : selected(principal, select),
  );
  const shown = { asOf: view.asOf, completeness: view.completenessOf(allKinds, {}) };
  return answerText(request, envelope(value, shown, null), 'json', { headers: inventoryHeaders(shown) });
}
