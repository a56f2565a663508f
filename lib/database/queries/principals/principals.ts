import {
  type NeverSeenPrincipal,
  type PrincipalRoleAssignment,
  type PrincipalRow,
  principalKinds,
  principalStates,
  roleCounts,
} from '../../../inventory/principal.ts';
import type { AsOf, Page, PageRequest, PrincipalFilter } from '../../../inventory/query.ts';
import { hasDataActions, type RolePermission } from '../../../inventory/roles/permissions.ts';
import type { Database } from '../../database.ts';
import { integer, isoTime, oneOf, type SqlRow, text, textOrNull } from '../row-values.ts';
import { type RunContext, runContext } from '../run-context.ts';
import { prepared, rowsInBatches } from '../statements.ts';
import { accessCoverageAt, readFederatedCredentials, readRoleAssignments } from './principal-access.ts';
import { principalByClientId, principalById, principalSelect, runParameters } from './principal-select.ts';
import { latest, sightingsInListings, sightingsOnMachines } from './principal-sightings.ts';

/** How much of each principal to read. */
export interface PrincipalDetail {
  /** The fields that are needed; default: all of a `Principal`. */
  readonly select?: readonly (keyof PrincipalRow)[] | undefined;
  /** Machines of each principal; default: all. */
  readonly maxMachines?: number | undefined;
  /** Also what each role allows. */
  readonly permissions?: boolean | undefined;
}

/** One page of the principals that a filter selects, as they were at a run, in the order of their first appearance. */
export function listPrincipals(
  database: Database,
  asOf: AsOf,
  filter: PrincipalFilter,
  page: Pick<PageRequest, 'limit' | 'after'>,
  detail: PrincipalDetail = {},
): Page<PrincipalRow> {
  // One extra row shows whether there is a next page.
  const query = principalSelect(database, asOf.seq, filter, { after: page.after, limit: page.limit + 1 });
  const rows = prepared(database, query.sql).all(query.parameters);
  const shown = rows.slice(0, page.limit);
  const value = toPrincipals(shown, runContext(database, asOf.seq), detail);
  const last = shown.at(-1);
  if (rows.length <= page.limit || last === undefined) return { value };
  return { value, next: { value: null, row: integer(last, 'id') } };
}

/** Every principal that a filter selects, one at a time: memory does not grow with their number. */
export function* iteratePrincipals(
  database: Database,
  asOf: AsOf,
  filter: PrincipalFilter,
  detail: PrincipalDetail = {},
): Generator<PrincipalRow> {
  const query = principalSelect(database, asOf.seq, filter, {});
  const context = runContext(database, asOf.seq);
  for (const batch of rowsInBatches(database, query, 64)) yield* toPrincipals(batch, context, detail);
}

/**
 * Looks ids up: one answer per id, in the order given.
 * @param ids principal ids or client ids, in any casing
 */
export function lookupPrincipals(
  database: Database,
  asOf: AsOf,
  ids: readonly string[],
  detail: PrincipalDetail = {},
): (PrincipalRow | NeverSeenPrincipal)[] {
  const run = runParameters(database, asOf.seq);
  const find = (sql: string, id: string) => prepared(database, sql).get({ ...run, $id: id });
  const rows = ids.map((id) => find(principalById, id) ?? find(principalByClientId, id));
  const known = toPrincipals(
    rows.filter((row) => row !== undefined),
    runContext(database, asOf.seq),
    detail,
  ).values();
  return ids.map((id, index) => {
    const principal = rows[index] === undefined ? undefined : known.next().value;
    return principal ?? { principalId: id, state: 'neverSeen' };
  });
}

/** One statement per related table reads what all the rows have there. What is not selected is left empty. */
function toPrincipals(
  rows: readonly SqlRow[],
  context: RunContext,
  { select, maxMachines = Number.POSITIVE_INFINITY, permissions: expand = false }: PrincipalDetail,
): PrincipalRow[] {
  if (rows.length === 0) return [];
  const wants = (...fields: (keyof PrincipalRow)[]): boolean =>
    select === undefined || fields.some((field) => select.includes(field));
  const all = rows.map((row) => text(row, 'principal_id'));
  const userAssigned = rows.filter((row) => row.kind === 2).map((row) => text(row, 'principal_id'));
  const most = wants('virtualMachines') ? maxMachines : 0;
  const times = wants('firstSeen', 'lastSeen');
  const onMachines =
    times || wants('virtualMachines', 'virtualMachineCount', 'tenantId')
      ? sightingsOnMachines(context, all, userAssigned, most)
      : new Map<string, never>();
  const inListings = times ? sightingsInListings(context, userAssigned) : new Map<string, never>();
  const roles = wants('roleAssignments', 'roleAssignmentCount', 'highestPrivilege', 'accessCoverage')
    ? readRoleAssignments(context, all)
    : new Map<string, never>();
  const credentials = wants('federatedCredentials')
    ? readFederatedCredentials(context, userAssigned)
    : new Map<string, never>();
  return rows.map((row): PrincipalRow => {
    const principalId = text(row, 'principal_id');
    const key = principalId.toLowerCase();
    const machines = onMachines.get(key);
    const assigned = roles.get(key) ?? [];
    const seen = [machines, inListings.get(key)].filter((one) => one !== undefined);
    const roleAssignments = assigned.map(({ assignment, permissions }) =>
      expand ? { ...assignment, permissions: inFull(permissions) } : assignment,
    );
    return {
      principalId,
      clientId: textOrNull(row, 'client_id'),
      kind: principalKinds[integer(row, 'kind') - 1] ?? 'UserAssigned',
      identityId: textOrNull(row, 'resource_id'),
      tenantId: textOrNull(row, 'tenant_id') ?? machines?.tenantId ?? null,
      state: oneOf(principalStates, row.state, 'state'),
      firstSeen: times ? isoTime(Math.min(...seen.map(({ firstSeen }) => firstSeen))) : '',
      lastSeen: times ? latest(seen.map(({ lastSeen }) => lastSeen)) : '',
      accessCoverage: {
        ...accessCoverageAt(context.database, context.seq),
        ...(assigned.every(({ permissions }) => hasDataActions(permissions))
          ? {}
          : { dataActions: 'notRead' as const }),
      },
      virtualMachineCount: machines?.count ?? 0,
      virtualMachines: machines?.machines ?? [],
      roleAssignments,
      federatedCredentials: credentials.get(key) ?? [],
      ...roleCounts(roleAssignments, select),
    };
  });
}

/** What a role allows; null = not all of it is known. */
function inFull(
  permissions: readonly RolePermission[] | null,
): Exclude<PrincipalRoleAssignment['permissions'], undefined> {
  const known = permissions?.flatMap(({ actions, notActions, dataActions, notDataActions }) =>
    dataActions === null || notDataActions === null ? [] : [{ actions, notActions, dataActions, notDataActions }],
  );
  return known?.length === permissions?.length ? (known ?? null) : null;
}
