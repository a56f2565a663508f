import type { AsOf, MachineFilter, OrderBy, Page, PageRequest } from '../../../inventory/query.ts';
import { machineTypes, type VirtualMachine } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { batches } from '../batches.ts';
import { integer, type SqlRow } from '../columns.ts';
import { machineContext } from '../run-context.ts';
import { prepared } from '../statements.ts';
import { parseMachineId } from './machine-id.ts';
import { toVirtualMachines } from './machine-row.ts';
import { machineSelect, positionOf } from './machine-select.ts';

/**
 * Rows held while all are iterated. More take no less time, but outlive young collections: at 100,000 machines the process peaked
 * at 165 MB with 256, at 119 MB with 16.
 */
const rowsAtOnce = 16;

/** One page of the machines that a filter asks for, as they were at a run, whatever was merged since. */
export function listVirtualMachines(
  database: Database,
  asOf: AsOf,
  filter: MachineFilter,
  page: PageRequest,
): Page<VirtualMachine> {
  // One row more than asked for says whether there is a next page.
  const query = machineSelect(database, asOf.seq, filter, { ...page, limit: page.limit + 1 });
  const rows = prepared(database, query.sql).all(query.parameters);
  const context = machineContext(database, asOf.seq);
  const shown = rows.slice(0, page.limit);
  const value = toVirtualMachines(shown, context);
  const last = shown.at(-1);
  if (rows.length <= page.limit || last === undefined) return { value };
  return { value, next: positionOf({ machine: integer(last, 'machine'), orderValue: orderValueOf(last) }) };
}

/** Every machine that a filter asks for, one after the other: memory does not grow with their number. */
export function* iterateVirtualMachines(
  database: Database,
  asOf: AsOf,
  filter: MachineFilter,
  orderBy?: OrderBy,
): Generator<VirtualMachine> {
  const query = machineSelect(database, asOf.seq, filter, { orderBy });
  const context = machineContext(database, asOf.seq);
  // A statement of its own: a kept one would start over when another reader iterates it.
  const rows = database.prepare(query.sql).iterate(query.parameters);
  for (const batch of batches(rows, rowsAtOnce)) yield* toVirtualMachines(batch, context);
}

/**
 * One machine by its resource id, in any casing. A machine that had ended by the run is answered as it last was, with `deletedAt`.
 * @returns null if no run up to this one ever saw it
 */
export function getVirtualMachine(database: Database, asOf: AsOf, resourceId: string): VirtualMachine | null {
  const id = parseMachineId(resourceId);
  const type = machineTypes.find((candidate) => candidate.toLowerCase() === id?.type);
  if (id === null || type === undefined) return null;
  const { subscriptionId, resourceGroup, name } = id;
  const filter: MachineFilter = { type, subscriptionId, resourceGroup, name, deleted: 'any' };
  return listVirtualMachines(database, asOf, filter, { limit: 1 }).value[0] ?? null;
}

/** Every machine of a name that exists at a run, whatever its type; the name in any casing. */
export function findVirtualMachinesByName(database: Database, asOf: AsOf, name: string): VirtualMachine[] {
  return [...iterateVirtualMachines(database, asOf, { type: 'any', name })];
}

function orderValueOf(row: SqlRow): string | number | null {
  const value = row.order_value;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}
