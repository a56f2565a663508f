import type { AsOf, MachineFilter, OrderBy, Page, PageRequest } from '../../../inventory/query.ts';
import type { VirtualMachine } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { runContext } from '../run-context.ts';
import { prepared, rowsInBatches } from '../statements.ts';
import { parseMachineId } from './machine-id.ts';
import { toVirtualMachines } from './machine-row.ts';
import { machineSelect, positionOf } from './machine-select.ts';

/**
 * Rows held while all are iterated. More rows save no time, but survive the garbage collector's young generation: at
 * 100,000 machines the process peaked at 165 MB with 256 rows, and at 119 MB with 16.
 */
const rowsAtOnce = 16;

/** One page of the machines that a filter selects, as they were at a run; later merges do not change it. */
export function listVirtualMachines(
  database: Database,
  asOf: AsOf,
  filter: MachineFilter,
  page: PageRequest,
): Page<VirtualMachine> {
  // One extra row shows whether there is a next page.
  const query = machineSelect(database, asOf.seq, filter, { ...page, limit: page.limit + 1 });
  const rows = prepared(database, query.sql).all(query.parameters);
  const shown = rows.slice(0, page.limit);
  const value = toVirtualMachines(shown, runContext(database, asOf.seq));
  const last = shown.at(-1);
  if (rows.length <= page.limit || last === undefined) return { value };
  return { value, next: positionOf(last) };
}

/** Every machine that a filter selects, one at a time: memory does not grow with their number. */
export function* iterateVirtualMachines(
  database: Database,
  asOf: AsOf,
  filter: MachineFilter,
  orderBy?: OrderBy,
): Generator<VirtualMachine> {
  const query = machineSelect(database, asOf.seq, filter, { orderBy });
  const context = runContext(database, asOf.seq);
  for (const batch of rowsInBatches(database, query, rowsAtOnce)) yield* toVirtualMachines(batch, context);
}

/**
 * One machine by its resource id, in any casing. A machine that had ended by the run is shown in its last state.
 * @returns null if no run up to this one ever saw it
 */
export function getVirtualMachine(database: Database, asOf: AsOf, resourceId: string): VirtualMachine | null {
  const id = parseMachineId(resourceId);
  if (id === null) return null;
  return listVirtualMachines(database, asOf, { ...id, deleted: 'any' }, { limit: 1 }).value[0] ?? null;
}
