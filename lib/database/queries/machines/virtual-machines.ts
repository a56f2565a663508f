import type { AsOf, MachineFilter, OrderBy, Page, PageRequest } from '../../../inventory/query.ts';
import type { MachineById, VirtualMachine } from '../../../inventory/virtual-machine.ts';
import type { Database } from '../../database.ts';
import { integer, type SqlRow, text } from '../row-values.ts';
import { runContext } from '../run-context.ts';
import { prepared, rowsInBatches } from '../statements.ts';
import { parseMachineId } from './machine-id.ts';
import { firstInOrder, machineOrder } from './machine-order.ts';
import { toVirtualMachines } from './machine-row.ts';
import { machineSelect, machinesByNumber } from './machine-select.ts';
import { selectMachines } from './machine-selection.ts';

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
  const rows =
    page.orderBy === undefined && page.skip === undefined
      ? rowsInStoredOrder(database, asOf.seq, filter, page)
      : rowsByNumber(database, asOf.seq, filter, page);
  const shown = rows.slice(0, page.limit);
  const value = toVirtualMachines(shown, runContext(database, asOf.seq));
  const last = shown.at(-1);
  if (rows.length <= page.limit || last === undefined || page.skip !== undefined) return { value };
  return { value, next: { value: null, row: integer(last, 'machine') } };
}

/** The rows of a page; one extra row shows whether there is a next page. */
function rowsInStoredOrder(database: Database, seq: number, filter: MachineFilter, { limit, after }: PageRequest) {
  const query = machineSelect(database, seq, filter, { after: after?.row, limit: limit + 1 });
  return prepared(database, query.sql).all(query.parameters);
}

/** As above, for a page in any order and place. */
function rowsByNumber(database: Database, seq: number, filter: MachineFilter, page: PageRequest): SqlRow[] {
  const { limit, orderBy, after, skip } = page;
  const isFirst = after === undefined && (skip ?? 0) === 0;
  const first = orderBy && isFirst ? firstInOrder(database, seq, filter, orderBy, limit + 1) : null;
  const machines = first === null ? numbersOfPage(database, seq, filter, page) : Array.from(first);
  const parameters = { $seq: seq, $machines: JSON.stringify(machines) };
  return prepared(database, machinesByNumber(filter.deleted)).all(parameters);
}

/** Sorting and filtering are done once, not for each page. */
function numbersOfPage(
  database: Database,
  seq: number,
  filter: MachineFilter,
  { limit, orderBy, after, skip = 0 }: PageRequest,
): number[] {
  const order = machineOrder(database, seq, filter.deleted, orderBy);
  const selection = selectMachines(database, seq, filter);
  const machines: number[] = [];
  let skipped = 0;
  // A page after a row that the list does not have is the first one.
  for (let index = after === undefined ? 0 : order.indexOf(after.row) + 1; index < order.length; index++) {
    const machine = order[index] ?? 0;
    if (!selection.has(machine)) continue;
    if (skipped < skip) skipped += 1;
    else if (machines.push(machine) > limit) break;
  }
  return machines;
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
export function getVirtualMachine(database: Database, asOf: AsOf, resourceId: string): MachineById | null {
  const id = parseMachineId(resourceId);
  if (id === null) return null;
  const query = machineSelect(database, asOf.seq, { ...id, deleted: 'everyId' }, { limit: 1 });
  const row = prepared(database, query.sql).get(query.parameters);
  if (row === undefined) return null;
  const [machine] = toVirtualMachines([row], runContext(database, asOf.seq));
  const movedTo = lastPlaceOf(database, asOf.seq, row);
  return machine === undefined || movedTo === null ? (machine ?? null) : { ...machine, movedTo };
}

/** The machine that the one of version `o` became by moving, from its run on. */
const moved = `CROSS JOIN machine_version n ON n.valid_from = o.valid_to AND n.begin_change = 'virtualMachineMoved'
  AND n.moved_from = o.machine WHERE o.end_change = 'virtualMachineMoved' AND o.valid_to <= $seq`;
/** Follows a machine from place to place. At each, it lives until its first end: a later machine may take the id. */
const lastPlace = `
WITH RECURSIVE place(machine, since) AS (
  SELECT n.machine, n.valid_from FROM machine_version o ${moved} AND o.machine = $machine AND o.valid_to = $validTo
  UNION ALL
  SELECT n.machine, n.valid_from FROM place p CROSS JOIN machine_version o ON o.machine = p.machine AND o.valid_to = (
    SELECT min(e.valid_to) FROM machine_version e WHERE e.machine = p.machine AND e.valid_from >= p.since AND e.end_change IS NOT NULL
  ) ${moved})
SELECT i.resource_id FROM place p JOIN machine_id i ON i.machine = p.machine ORDER BY p.since DESC LIMIT 1`;

/** The id to which a machine moved from the one in its row, up to a run; null = it did not move. */
function lastPlaceOf(database: Database, seq: number, row: SqlRow): string | null {
  if (row.end_change !== 'virtualMachineMoved') return null;
  const parameters = { $seq: seq, $machine: integer(row, 'machine'), $validTo: integer(row, 'valid_to') };
  const found = prepared(database, lastPlace).get(parameters);
  return found === undefined ? null : text(found, 'resource_id');
}
