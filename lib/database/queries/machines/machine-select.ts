import type { MachineFilter, OrderBy, PagePosition } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import type { Parameters } from '../statements.ts';
import { machineConditions, shownAt } from './machine-conditions.ts';

/** A statement's text and the values bound to it. */
export interface Query {
  readonly sql: string;
  readonly parameters: Parameters;
}

/** Which version of a machine a row shows: the one in force at the run, or the last one of a machine that had ended by then. */
const shownVersion = {
  existing: 'v.machine = m.id AND v.valid_from <= $seq AND (v.valid_to IS NULL OR v.valid_to > $seq)',
  any: `v.machine = m.id AND v.valid_from = (
    SELECT l.valid_from FROM machine_version l WHERE l.machine = m.id AND l.valid_from <= $seq ORDER BY l.valid_from DESC LIMIT 1)`,
};

/** Machines of a subscription that nobody looks at any more have ended, but nothing says that they are deleted. */
export const endedUndeleted: readonly string[] = ['outOfScope', 'subscriptionForgotten'];
const deletedVersion = ` AND v.valid_to <= $seq AND v.end_change NOT IN (${endedUndeleted.map((change) => `'${change}'`).join()})`;

/** The CROSS JOIN keeps machines in front: their order is the default order, and a page of it ends after a few rows. */
export function machinesShown(deleted: MachineFilter['deleted']): string {
  const version = deleted === true || deleted === 'any' ? shownVersion.any : shownVersion.existing;
  return `machine m CROSS JOIN machine_version v ON ${version}${deleted === true ? deletedVersion : ''}`;
}

const columns = `m.id AS machine, m.subscription, m.type, m.name, m.resource_id, m.first_seen,
  (SELECT g.name FROM resource_group g WHERE g.id = m.resource_group) AS resource_group,
  v.valid_to, v.vm_id, v.location, v.vm_size, v.os_type, v.priority, v.provisioning_state, v.zones, v.time_created, v.tags,
  v.scale_set, v.instance_count, v.identity_type, v.identity_tenant, v.ended_at, v.end_change,
  (SELECT p.state FROM power_state p WHERE p.machine = m.id AND p.unread = 0 AND p.since_seq <= $seq) AS power_state,
  (SELECT u.last_seen FROM unseen u WHERE u.machine = m.id AND u.valid_from <= ${shownAt}
    AND (u.valid_to IS NULL OR u.valid_to > ${shownAt})) AS last_seen`;

/**
 * A sum, because SQLite plans a statement anew whenever a value bound to a bare LIMIT changes (measured: 110 microseconds a call).
 */
export const limitClause = 'LIMIT $limit + 0';

/** Sorts before every time there is. */
const noTime = Number.MIN_SAFE_INTEGER;
const resourceId = '(SELECT i.resource_id FROM machine_id i WHERE i.machine = m.id) COLLATE NOCASE';
const orderKeys: Readonly<Record<OrderBy['field'], string>> = {
  name: '+m.name', // the plus keeps the planner from reading the whole table in the order of an index
  subscriptionId: '(SELECT s.subscription_id FROM subscription_key s WHERE s.id = m.subscription)',
  location: '(SELECT x.value FROM text x WHERE x.id = v.location)',
  timeCreated: `ifnull(v.time_created, ${noTime})`,
};

/**
 * The machines that a filter asks for, as rows for `toVirtualMachine`. Without `orderBy` in the order of their numbers; with it by that
 * field, machines without a time first, then by resource id.
 */
export function machineSelect(
  database: Database,
  seq: number,
  filter: MachineFilter,
  page: { readonly orderBy?: OrderBy | undefined; readonly after?: PagePosition | undefined; readonly limit?: number },
): Query {
  const conditions = machineConditions(database, seq, filter);
  const key = page.orderBy === undefined ? 'm.id' : orderKeys[page.orderBy.field];
  const where = [...conditions.sql];
  const parameters: Record<string, string | number | null> = { ...conditions.parameters, $seq: seq };
  if (page.after !== undefined) {
    where.push(page.orderBy === undefined ? 'm.id > $row' : behind(key, page.orderBy.descending));
    parameters.$row = page.after.row;
    if (page.orderBy !== undefined) parameters.$value = page.after.value ?? noTime;
  }
  if (page.limit !== undefined) parameters.$limit = page.limit;
  return {
    sql: `SELECT ${columns}, ${page.orderBy === undefined ? 'NULL' : key} AS order_value
      FROM ${machinesShown(filter.deleted)}
      ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
      ORDER BY ${page.orderBy === undefined ? key : `${key} ${page.orderBy.descending ? 'DESC' : 'ASC'}, ${resourceId}`}
      ${page.limit === undefined ? '' : limitClause}`,
    parameters,
  };
}

/** Where the last page ended, from its last row. */
export function positionOf(row: {
  readonly machine: number;
  readonly orderValue: string | number | null;
}): PagePosition {
  return { value: row.orderValue === noTime ? null : row.orderValue, row: row.machine };
}

function behind(key: string, descending: boolean): string {
  const last = '(SELECT i.resource_id FROM machine_id i WHERE i.machine = $row)';
  return `(${key} ${descending ? '<' : '>'} $value OR (${key} = $value AND ${resourceId} > ${last}))`;
}
