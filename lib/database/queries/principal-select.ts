import type { Database } from '../database.ts';
import { machineConditions } from './machine-conditions.ts';
import { limitClause, machinesShown, type Query } from './machine-select.ts';
import type { MachineFilter, PagePosition, PrincipalFilter } from './types.ts';

/**
 * Attachments up to a run with their ends as of that run. An attachment ends by itself or with its machine; `v` is the machine's version
 * in force when it did.
 */
export const attachmentsAt = `
  attachment a CROSS JOIN machine_version v ON v.machine = a.machine AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l
    WHERE l.machine = a.machine AND l.valid_from <= min($seq, ifnull(a.valid_to - 1, $seq)) ORDER BY l.valid_from DESC LIMIT 1)`;

/** The `seq` at which an attachment of `attachmentsAt` had ended as of the run; NULL = it had not. */
export const endedAtSeq = `CASE WHEN a.valid_to <= $seq THEN a.valid_to WHEN v.valid_to <= $seq THEN v.valid_to END`;
const endChange = `ifnull(CASE WHEN a.valid_to <= $seq THEN a.end_change END, CASE WHEN v.valid_to <= $seq THEN v.end_change END)`;

/** All numbers of one principal: an identity whose other ids changed has several. */
const numbers = 'SELECT s.id FROM identity s WHERE s.principal_id = i.principal_id';

/** The last attachment of each machine ended in a way that says nothing of the identity: nobody looked. */
const lastEndUnconfirmed = `EXISTS (
  SELECT 1 FROM ${attachmentsAt}
  WHERE a.identity IN (${numbers}) AND a.valid_from <= $seq AND ${endChange} IN ('outOfScope', 'subscriptionForgotten', 'tenantChanged')
  AND NOT EXISTS (SELECT 1 FROM attachment n WHERE n.identity IN (${numbers}) AND n.machine = a.machine
    AND n.valid_from > a.valid_from AND n.valid_from <= $seq))`;

const state = `CASE
  WHEN EXISTS (SELECT 1 FROM ${attachmentsAt} WHERE a.identity IN (${numbers}) AND a.valid_from <= $seq AND ${endedAtSeq} IS NULL)
    THEN 'attached'
  WHEN ${lastEndUnconfirmed} THEN 'unknown'
  WHEN i.kind = 1 THEN 'gone' ELSE 'detached' END`;

const seen = (identity: string) =>
  `EXISTS (SELECT 1 FROM attachment e WHERE e.identity = ${identity}.id AND e.valid_from <= $seq)`;

/** One row per principal: the newest of its identities that the run knew. */
const principals = `
SELECT i.id, i.kind, i.principal_id, i.client_id, i.resource_id,
  (SELECT x.value FROM text x WHERE x.id = i.tenant) AS tenant_id, ${state} AS state
FROM identity i
WHERE i.principal_id IS NOT NULL AND ${seen('i')}
  AND NOT EXISTS (SELECT 1 FROM identity n WHERE n.principal_id = i.principal_id AND n.id > i.id AND ${seen('n')})`;

export const principalById = `${principals} AND i.principal_id = $id`;
export const principalByClientId = `${principals} AND i.principal_id = (
  SELECT c.principal_id FROM identity c WHERE c.client_id = $id AND c.principal_id IS NOT NULL AND ${seen('c')} ORDER BY c.id DESC LIMIT 1)`;

/**
 * The principals that a filter asks for, as rows for `toPrincipal`. `principalId`, `clientId` and `state` speak of the principal, the
 * other filters of a machine that it is or was on; without `deleted` that machine may be gone.
 */
export function principalSelect(
  database: Database,
  seq: number,
  filter: PrincipalFilter,
  page: { readonly after?: PagePosition | undefined; readonly limit?: number },
): Query {
  const { principalId, clientId, state: wanted, ...ofMachines } = filter;
  const where: string[] = [];
  const parameters: Record<string, string | number | null> = { $seq: seq };
  if (principalId !== undefined) {
    where.push('i.principal_id = $principalId');
    parameters.$principalId = principalId;
  }
  if (clientId !== undefined) {
    where.push('i.client_id = $clientId');
    parameters.$clientId = clientId;
  }
  if (Object.values(ofMachines).some((value) => value !== undefined)) {
    const machines = onMachines(database, seq, ofMachines);
    where.push(machines.sql);
    Object.assign(parameters, machines.parameters);
  }
  if (wanted !== undefined) {
    where.push(`${state} = $state`);
    parameters.$state = wanted;
  }
  if (page.after !== undefined) {
    where.push('i.id > $row');
    parameters.$row = page.after.row;
  }
  if (page.limit !== undefined) parameters.$limit = page.limit;
  return {
    sql: `${principals}${where.map((condition) => ` AND ${condition}`).join('')} ORDER BY i.id ${page.limit === undefined ? '' : limitClause}`,
    parameters,
  };
}

function onMachines(database: Database, seq: number, filter: MachineFilter): Query {
  const deleted = filter.deleted ?? 'any';
  const conditions = machineConditions(database, seq, { ...filter, type: filter.type ?? 'any' });
  const where = ['b.valid_from <= $seq', ...conditions.sql].join(' AND ');
  return {
    sql: `i.principal_id IN (SELECT o.principal_id FROM ${machinesShown(deleted)}
      CROSS JOIN attachment b ON b.machine = m.id CROSS JOIN identity o ON o.id = b.identity
      WHERE ${where} AND o.principal_id IS NOT NULL)`,
    parameters: conditions.parameters,
  };
}
