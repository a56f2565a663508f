import { hasDataActions } from '../../../inventory/permissions.ts';
import { type NeverSeenPrincipal, type Principal, principalStates } from '../../../inventory/principal.ts';
import type { AsOf, Page, PageRequest, PrincipalFilter } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { integer, isoTime, oneOf, type SqlRow, text, textOrNull } from '../row-values.ts';
import { type RunContext, runContext } from '../run-context.ts';
import { prepared, rowsInBatches } from '../statements.ts';
import { accessCoverageAt, readFederatedCredentials, readRoleAssignments } from './principal-access.ts';
import { principalByClientId, principalById, principalSelect, runParameters } from './principal-select.ts';
import { latest, sightingsInListings, sightingsOnMachines } from './principal-sightings.ts';

/** One page of the principals that a filter selects, as they were at a run, in the order of their first appearance. */
export function listPrincipals(
  database: Database,
  asOf: AsOf,
  filter: PrincipalFilter,
  page: Pick<PageRequest, 'limit' | 'after'>,
): Page<Principal> {
  // One extra row shows whether there is a next page.
  const query = principalSelect(database, asOf.seq, filter, { after: page.after, limit: page.limit + 1 });
  const rows = prepared(database, query.sql).all(query.parameters);
  const shown = rows.slice(0, page.limit);
  const value = toPrincipals(shown, runContext(database, asOf.seq));
  const last = shown.at(-1);
  if (rows.length <= page.limit || last === undefined) return { value };
  return { value, next: { value: null, row: integer(last, 'id') } };
}

/** Every principal that a filter selects, one at a time: memory does not grow with their number. */
export function* iteratePrincipals(database: Database, asOf: AsOf, filter: PrincipalFilter): Generator<Principal> {
  const query = principalSelect(database, asOf.seq, filter, {});
  const context = runContext(database, asOf.seq);
  for (const batch of rowsInBatches(database, query, 64)) yield* toPrincipals(batch, context);
}

/**
 * Looks ids up: one answer per id, in the order given.
 * @param ids principal ids or client ids, in any casing
 */
export function lookupPrincipals(
  database: Database,
  asOf: AsOf,
  ids: readonly string[],
): (Principal | NeverSeenPrincipal)[] {
  const run = runParameters(database, asOf.seq);
  const find = (sql: string, id: string) => prepared(database, sql).get({ ...run, $id: id });
  const rows = ids.map((id) => find(principalById, id) ?? find(principalByClientId, id));
  const known = toPrincipals(
    rows.filter((row) => row !== undefined),
    runContext(database, asOf.seq),
  ).values();
  return ids.map((id, index) => {
    const principal = rows[index] === undefined ? undefined : known.next().value;
    return principal ?? { principalId: id, state: 'neverSeen' };
  });
}

/** One statement per related table reads what all the rows have there. */
function toPrincipals(rows: readonly SqlRow[], context: RunContext): Principal[] {
  if (rows.length === 0) return [];
  const all = rows.map((row) => text(row, 'principal_id'));
  const userAssigned = rows.filter((row) => row.kind === 2).map((row) => text(row, 'principal_id'));
  const onMachines = sightingsOnMachines(context, all, userAssigned);
  const inListings = sightingsInListings(context, userAssigned);
  const roles = readRoleAssignments(context, all);
  const credentials = readFederatedCredentials(context, userAssigned);
  return rows.map((row) => {
    const principalId = text(row, 'principal_id');
    const key = principalId.toLowerCase();
    const machines = onMachines.get(key);
    const assigned = roles.get(key) ?? [];
    const seen = [machines, inListings.get(key)].filter((one) => one !== undefined);
    return {
      principalId,
      clientId: textOrNull(row, 'client_id'),
      kind: integer(row, 'kind') === 1 ? 'SystemAssigned' : 'UserAssigned',
      identityId: textOrNull(row, 'resource_id'),
      tenantId: textOrNull(row, 'tenant_id') ?? machines?.tenantId ?? null,
      state: oneOf(principalStates, row.state, 'state'),
      firstSeen: isoTime(Math.min(...seen.map(({ firstSeen }) => firstSeen))),
      lastSeen: latest(seen.map(({ lastSeen }) => lastSeen)),
      accessCoverage: {
        ...accessCoverageAt(context.database, context.seq),
        ...(assigned.every(({ permissions }) => hasDataActions(permissions))
          ? {}
          : { dataActions: 'notRead' as const }),
      },
      virtualMachines: machines?.machines ?? [],
      roleAssignments: assigned.map(({ assignment }) => assignment),
      federatedCredentials: credentials.get(key) ?? [],
    };
  });
}
