import { type NeverSeenPrincipal, type Principal, principalStates } from '../../inventory/principal.ts';
import type { Database } from '../database.ts';
import { batches } from './batches.ts';
import { integer, oneOf, type SqlRow, text, textOrNull } from './columns.ts';
import { isoTime } from './iso-time.ts';
import { type MachineContext, machineContext } from './machine-context.ts';
import { type PrincipalMachines, readPrincipalMachines } from './principal-machines.ts';
import { principalByClientId, principalById, principalSelect } from './principal-select.ts';
import { prepared } from './statements.ts';
import type { AsOf, Page, PageRequest, PrincipalFilter } from './types.ts';

/** Roles are not read yet, nor are groups and directory roles: said, not passed over. */
const accessCoverage = { direct: 'notRead', groups: 'notRead', directory: 'notRead' } as const;

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
  const find = (sql: string, id: string) => prepared(database, sql).get({ $seq: asOf.seq, $id: id });
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

function toPrincipals(rows: readonly SqlRow[], context: MachineContext): Principal[] {
  const machines = readPrincipalMachines(
    context,
    rows.map((row) => text(row, 'principal_id')),
  );
  return rows.map((row) => toPrincipal(row, machines));
}

function toPrincipal(row: SqlRow, known: ReadonlyMap<string, PrincipalMachines>): Principal {
  const principalId = text(row, 'principal_id');
  const of = known.get(principalId);
  if (of === undefined) throw new TypeError(`Principal ${principalId} has no attachment`);
  return {
    principalId,
    clientId: textOrNull(row, 'client_id'),
    kind: integer(row, 'kind') === 1 ? 'SystemAssigned' : 'UserAssigned',
    identityId: textOrNull(row, 'resource_id'),
    tenantId: textOrNull(row, 'tenant_id') ?? of.tenantId,
    state: oneOf(principalStates, row.state, 'state'),
    firstSeen: isoTime(of.firstSeen),
    lastSeen: of.lastSeen,
    accessCoverage,
    virtualMachines: of.machines,
    roleAssignments: [],
    federatedCredentials: [],
  };
}
