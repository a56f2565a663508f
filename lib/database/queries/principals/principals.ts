import {
  type NeverSeenPrincipal,
  type Principal,
  type PrincipalRoleAssignment,
  principalStates,
} from '../../../inventory/principal.ts';
import type { AsOf, Page, PageRequest, PrincipalFilter } from '../../../inventory/query.ts';
import type { FederatedCredential } from '../../../inventory/user-assigned-identity.ts';
import type { Database } from '../../database.ts';
import { batches } from '../batches.ts';
import { integer, oneOf, type SqlRow, text, textOrNull } from '../columns.ts';
import { isoTime } from '../iso-time.ts';
import { type MachineContext, machineContext } from '../run-context.ts';
import { prepared } from '../statements.ts';
import { accessCoverageAt, readFederatedCredentials, readRoleAssignments } from './principal-access.ts';
import { type PrincipalListing, readPrincipalListings } from './principal-listing.ts';
import { type PrincipalMachines, readPrincipalMachines } from './principal-machines.ts';
import { principalByClientId, principalById, principalSelect, runParameters } from './principal-select.ts';

/** One page of the principals that a filter asks for, as they were at a run. Their order is that of their first appearance. */
export function listPrincipals(
  database: Database,
  asOf: AsOf,
  filter: PrincipalFilter,
  page: Pick<PageRequest, 'limit' | 'after'>,
): Page<Principal> {
  // One row more than asked for says whether there is a next page.
  const query = principalSelect(database, asOf.seq, filter, { after: page.after, limit: page.limit + 1 });
  const rows = prepared(database, query.sql).all(query.parameters);
  const context = machineContext(database, asOf.seq);
  const shown = rows.slice(0, page.limit);
  const value = toPrincipals(shown, context);
  const last = shown.at(-1);
  if (rows.length <= page.limit || last === undefined) return { value };
  return { value, next: { value: null, row: integer(last, 'id') } };
}

/** Every principal that a filter asks for, one after the other: memory does not grow with their number. */
export function* iteratePrincipals(database: Database, asOf: AsOf, filter: PrincipalFilter): Generator<Principal> {
  const query = principalSelect(database, asOf.seq, filter, {});
  const context = machineContext(database, asOf.seq);
  // A statement of its own: a kept one would start over when another reader iterates it.
  const rows = database.prepare(query.sql).iterate(query.parameters);
  for (const batch of batches(rows, 64)) yield* toPrincipals(batch, context);
}

/**
 * Who the ids are, one answer per id in the order asked.
 * @param ids principal ids or client ids, in any casing
 */
export function lookupPrincipals(
  database: Database,
  asOf: AsOf,
  ids: readonly string[],
): (Principal | NeverSeenPrincipal)[] {
  const context = machineContext(database, asOf.seq);
  const run = runParameters(database, asOf.seq);
  const find = (sql: string, id: string) => prepared(database, sql).get({ ...run, $id: id });
  const rows = ids.map((id) => find(principalById, id) ?? find(principalByClientId, id));
  const found = toPrincipals(
    rows.filter((row) => row !== undefined),
    context,
  ).values();
  return ids.map((id, index) => {
    const principal = rows[index] === undefined ? undefined : found.next().value;
    return principal ?? { principalId: id, state: 'neverSeen' };
  });
}

/** What the rows of some principals have in other tables, by principal id in lower case. */
interface Known {
  readonly machines: ReadonlyMap<string, PrincipalMachines>;
  readonly listings: ReadonlyMap<string, PrincipalListing>;
  readonly roles: ReadonlyMap<string, readonly PrincipalRoleAssignment[]>;
  readonly credentials: ReadonlyMap<string, readonly FederatedCredential[]>;
}

function toPrincipals(rows: readonly SqlRow[], context: MachineContext): Principal[] {
  if (rows.length === 0) return [];
  const all = rows.map((row) => text(row, 'principal_id'));
  const userAssigned = rows.filter((row) => row.kind === 2).map((row) => text(row, 'principal_id'));
  const known: Known = {
    machines: readPrincipalMachines(context, all, userAssigned),
    listings: readPrincipalListings(context, userAssigned),
    roles: readRoleAssignments(context, all),
    credentials: readFederatedCredentials(context, userAssigned),
  };
  return rows.map((row) => toPrincipal(row, known, context));
}

function toPrincipal(row: SqlRow, known: Known, context: MachineContext): Principal {
  const principalId = text(row, 'principal_id');
  const key = principalId.toLowerCase();
  const on = known.machines.get(key);
  const seen = [on, known.listings.get(key)].filter((one) => one !== undefined);
  return {
    principalId,
    clientId: textOrNull(row, 'client_id'),
    kind: integer(row, 'kind') === 1 ? 'SystemAssigned' : 'UserAssigned',
    identityId: textOrNull(row, 'resource_id'),
    tenantId: textOrNull(row, 'tenant_id') ?? on?.tenantId ?? null,
    state: oneOf(principalStates, row.state, 'state'),
    firstSeen: isoTime(Math.min(...seen.map(({ firstSeen }) => firstSeen))),
    lastSeen:
      seen
        .map(({ lastSeen }) => lastSeen)
        .toSorted()
        .at(-1) ?? '',
    accessCoverage: accessCoverageAt(context.database, context.seq),
    virtualMachines: on?.machines ?? [],
    roleAssignments: known.roles.get(key) ?? [],
    federatedCredentials: known.credentials.get(key) ?? [],
  };
}
