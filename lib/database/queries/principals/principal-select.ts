import { fold } from '../../../inventory/names/fold.ts';
import { principalKinds } from '../../../inventory/principal.ts';
import type { MachineFilter, PagePosition, PrincipalFilter } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { principalState, seenBy } from '../../views/principal-state.ts';
import { shownIdentityId } from '../../views/shown-identity-id.ts';
import { isListedOnes } from '../../views/unnamed-attachments.ts';
import { subscriptionsAt } from '../coverage/subscriptions-at.ts';
import { limitClause, machineConditions } from '../machines/machine-select.ts';
import { machinesShown } from '../machines/machines-shown.ts';
import { integer, type SqlRow, text } from '../row-values.ts';
import type { RunContext } from '../run-context.ts';
import { type Parameters, prepared, type Query } from '../statements.ts';
import { perRun } from '../while-open.ts';

const state = principalState('$seq', 'SELECT value FROM json_each($unreadIn)');
const seen = (identity: string) => seenBy(identity, '$seq');

/** The newest client id known under any of the principal's numbers. */
const clientId = `(SELECT k.client_id FROM identity k
  WHERE k.principal_id = i.principal_id AND k.client_id IS NOT NULL AND ${seen('k')} ORDER BY k.id DESC LIMIT 1)`;
/** The tenant of the identity itself, else of its subscription. */
const tenantId = `ifnull((SELECT x.value FROM text x WHERE x.id = i.tenant), (SELECT s.tenant_id FROM subscription s
  WHERE s.subscription = i.subscription AND s.valid_from <= $seq ORDER BY s.valid_from DESC LIMIT 1))`;

/** One row per principal: the newest of its identities that the run knew. */
const principals = `
SELECT i.id, i.kind, i.principal_id, ifnull(i.client_id, ${clientId}) AS client_id, ${shownIdentityId('i')} AS resource_id,
  ${tenantId} AS tenant_id, ${state} AS state
FROM identity i
WHERE i.principal_id IS NOT NULL AND ${seen('i')}
  AND NOT EXISTS (SELECT 1 FROM identity n WHERE n.principal_id = i.principal_id AND n.id > i.id AND ${seen('n')})`;

const ofClient = (parameter: string) => `(
  SELECT c.principal_id FROM identity c WHERE c.client_id = ${parameter} AND c.principal_id IS NOT NULL AND ${seen('c')}
  ORDER BY c.id DESC LIMIT 1)`;

/** Parameters: `$id` and those of `runParameters`. */
export const principalById = `${principals} AND i.principal_id = $id`;
export const principalByClientId = `${principals} AND i.principal_id = ${ofClient('$id')}`;

/** Parameters of every statement on principals: the run, and the subscriptions whose identities it could not read. */
export const runParameters = perRun((database, seq): Parameters => {
  const unread = [...subscriptionsAt(database, seq).values()].filter((subscription) => {
    const identities = subscription.kinds.find(({ kind }) => kind === 'identities')?.status;
    return subscription.visibility !== 'visible' || (identities !== 'complete' && identities !== 'partial');
  });
  return { $seq: seq, $unreadIn: JSON.stringify(unread.map(({ key }) => key)) };
});

/**
 * The principals that a filter selects, as rows for `toPrincipals`. `principalId`, `clientId` and `state` apply to the
 * principal, the other filters to a machine that it is or was on; without `deleted`, that machine may be gone.
 * `subscriptionId` alone also selects the user-assigned identities of the subscription, on a machine or not.
 */
export function principalSelect(
  database: Database,
  seq: number,
  filter: PrincipalFilter,
  page: { readonly after?: PagePosition | undefined; readonly limit?: number },
): Query {
  const { principalId, clientId, state: wanted, kind, contains, containsIn = 'principal', ...others } = filter;
  const ofMachines: MachineFilter =
    containsIn === 'principal' || contains === undefined ? others : { ...others, contains };
  const where: string[] = [];
  const parameters: Record<string, string | number | null> = { ...runParameters(database, seq) };
  const restrict = (condition: string, name: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    where.push(condition);
    parameters[name] = value;
  };
  restrict('i.principal_id = $principalId', '$principalId', principalId);
  restrict(`i.principal_id = ${ofClient('$clientId')}`, '$clientId', clientId);
  restrict('i.kind = $kind', '$kind', kind === undefined ? undefined : 1 + principalKinds.indexOf(kind));
  const ofPrincipal = containsIn === 'principal' ? contains : undefined;
  restrict(containing, '$contains', ofPrincipal === undefined ? undefined : fold(ofPrincipal));
  const set = Object.entries(ofMachines).filter(([, value]) => value !== undefined);
  if (set.length > 0) {
    const machines = onMachines(database, seq, ofMachines);
    const there = set.every(([name]) => name === 'subscriptionId') ? ` OR ${inSubscription}` : '';
    where.push(`(${machines.sql}${there})`);
    Object.assign(parameters, machines.parameters);
  }
  restrict(`${state} = $state`, '$state', wanted);
  restrict('i.id > $row', '$row', page.after?.row);
  if (page.limit !== undefined) parameters.$limit = page.limit;
  return {
    sql: `${principals}${where.map((condition) => ` AND ${condition}`).join('')} ORDER BY i.id ${page.limit === undefined ? '' : limitClause}`,
    parameters,
  };
}

/**
 * The text is in an id of the principal, or in the name of a machine that it is or was on. The `+` is deliberate: going
 * through an index and looking up each row takes five times as long as reading the table.
 */
const containing = `i.principal_id IN (
  SELECT k.principal_id FROM identity k WHERE +k.principal_id IS NOT NULL AND (instr(lower(k.principal_id), $contains) > 0
    OR instr(lower(k.client_id), $contains) > 0 OR instr(k.resource_key, $contains) > 0) AND ${seen('k')}
  UNION ALL ${principalsOn('machine m', 'instr(m.name_key, $contains) > 0 AND b.valid_from <= $seq')})`;

const inSubscription = `i.principal_id IN (SELECT o.principal_id FROM identity o WHERE o.kind = 2
  AND o.subscription = (SELECT k.id FROM subscription_key k WHERE k.subscription_id = $subscriptionId))`;

function onMachines(database: Database, seq: number, filter: MachineFilter): Query {
  const deleted = filter.deleted === true || filter.deleted === false ? filter.deleted : 'everyId';
  const conditions = machineConditions(database, seq, { ...filter, deleted, type: filter.type ?? 'any' });
  const where = ['b.valid_from <= $seq', ...conditions.sql].join(' AND ');
  return {
    sql: `i.principal_id IN (${principalsOn(machinesShown(deleted), where)})`,
    parameters: conditions.parameters,
  };
}

/**
 * A query for the principals of machines.
 * @param machines a table or join that has the machine as `m`
 * @param where condition on it and its attachment `b`
 */
function principalsOn(machines: string, where: string): string {
  const attached = `${machines} CROSS JOIN attachment b ON b.machine = m.id CROSS JOIN identity u ON u.id = b.identity`;
  return `SELECT u.principal_id FROM ${attached} WHERE ${where} AND u.principal_id IS NOT NULL
    UNION ALL SELECT o.principal_id FROM ${attached} CROSS JOIN identity o ON o.resource_key = u.resource_key
      CROSS JOIN identity_presence q ON q.identity = o.id WHERE ${where} AND q.valid_from <= $seq AND ${isListedOnes}`;
}

/** Only principals that a complete list of identities lacked can be dangling: those are few. */
const dangling = `SELECT count(*) AS dangling FROM (${principals} AND i.principal_id IN (
  SELECT d.principal_id FROM identity_presence p CROSS JOIN identity d ON d.id = p.identity
  WHERE p.present = 0 AND p.valid_from <= $seq AND (p.valid_to IS NULL OR p.valid_to > $seq))) WHERE state = 'dangling'`;

/** How many principals are on a machine at a run and absent from a complete list of identities. */
export function countDangling(database: Database, seq: number): number {
  const row = prepared(database, dangling).get({ ...runParameters(database, seq) });
  return row === undefined ? 0 : integer(row, 'dangling');
}

/** Rows of a statement on principals (`$seq`, `$ids`); none without ids. */
export function readPrincipalRows(
  { database, seq }: RunContext,
  sql: string,
  principalIds: readonly string[],
): readonly SqlRow[] {
  if (principalIds.length === 0) return [];
  return prepared(database, sql).all({ $seq: seq, $ids: JSON.stringify(principalIds) });
}

/** Rows by principal id in lower case. */
export function byPrincipal(rows: Iterable<SqlRow>): ReadonlyMap<string, readonly SqlRow[]> {
  return Map.groupBy(rows, (row) => text(row, 'principal_id').toLowerCase());
}
