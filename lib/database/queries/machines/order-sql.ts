import type { OrderBy } from '../../../inventory/query.ts';

const resourceId = '(SELECT i.resource_id FROM machine_id i WHERE i.machine = m.id) COLLATE NOCASE';
const keys: Readonly<Record<OrderBy['field'], { readonly sql: string; readonly table: string }>> = {
  // The plus keeps the planner from reading the whole table in the order of an index.
  name: { sql: '+m.name_key', table: 'machine m' },
  subscriptionId: {
    sql: '(SELECT s.subscription_id FROM subscription_key s WHERE s.id = m.subscription)',
    table: 'machine m',
  },
  location: { sql: '(SELECT x.value FROM text x WHERE x.id = v.location)', table: 'machine_version v' },
  // NULL sorts before every time.
  timeCreated: { sql: 'v.time_created', table: 'machine_version v' },
};

/** Machines by the field, then by resource id; without `orderBy` by their numbers. */
export function orderClause(orderBy: OrderBy | undefined): string {
  if (orderBy === undefined) return 'm.id';
  return `${keys[orderBy.field].sql} ${orderBy.descending ? 'DESC' : 'ASC'}, ${resourceId}`;
}

/**
 * A condition for the first machines in an order: those not behind the row in place `$places` of all that ever were.
 * Finding that row takes a tenth of sorting all machines: only so many are held, and by the field alone. If there is no
 * such row, ascending order has all machines and descending order none.
 */
export function amongFirst({ field, descending }: OrderBy): string {
  const { sql, table } = keys[field];
  const direction = descending ? 'DESC' : 'ASC';
  const last = `(SELECT ${sql} AS key FROM ${table} ORDER BY key ${direction} LIMIT 1 OFFSET $places + 0)`;
  return descending ? `${sql} >= ${last}` : `(${sql} <= ${last}) IS NOT FALSE`;
}
