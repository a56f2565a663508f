import type { OrderBy } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { keptArrays } from '../kept-arrays.ts';
import { perRun } from '../while-open.ts';
import { machineNumberSelect, type SelectedRows } from './machine-select.ts';
import type { ShownFilter, ShownMachines } from './machines-shown.ts';
import { rememberRead } from './prepare-machines.ts';

/** Places to look at for each row of a first page: machines that ended or that a filter leaves out take some. */
const placesPerRow = 4;

const kept = keptArrays<Uint32Array>('order', ({ byteLength }) => byteLength);

/**
 * The numbers of the machines of every type at a run, in an order. Sorting takes most of the time of a page, so it is
 * done once per run and order.
 */
export function machineOrder(
  database: Database,
  seq: number,
  shown: ShownMachines,
  orderBy: OrderBy | undefined,
): Uint32Array {
  const name = orderName(shown, orderBy);
  neededOnce(database, seq).add(name);
  rememberRead(name, (newer, newest) => machineOrder(newer, newest, shown, orderBy));
  return kept(database, `${seq} ${name}`, () =>
    readMachineNumbers(database, seq, { type: 'any', deleted: shown }, { orderBy }),
  );
}

const orderName = (shown: ShownMachines, orderBy: OrderBy | undefined): string =>
  `${shown ?? false} ${JSON.stringify(orderBy ?? null)}`;

/**
 * Orders that were needed once. A first page alone is cheaper than a whole order; who asks again will want more of it.
 */
const neededOnce = perRun(() => new Set<string>());

/**
 * The numbers of the first machines that a filter selects in an order, without the whole order.
 * @returns null if the order is there or was needed before, or if the filter selects few machines
 */
export function firstInOrder(
  database: Database,
  seq: number,
  filter: ShownFilter,
  orderBy: OrderBy,
  limit: number,
): Uint32Array | null {
  const needed = neededOnce(database, seq);
  const name = orderName(filter.deleted, orderBy);
  if (needed.has(name)) return null;
  needed.add(name);
  const first = readMachineNumbers(database, seq, filter, { orderBy, limit, places: placesPerRow * limit });
  return first.length < limit ? null : first;
}

/** The numbers of the machines that a filter selects; ascending without `orderBy`. */
export function readMachineNumbers(
  database: Database,
  seq: number,
  filter: ShownFilter,
  page: Omit<SelectedRows, 'after'> = {},
): Uint32Array {
  const { sql, parameters } = machineNumberSelect(database, seq, filter, page);
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return Uint32Array.from(statement.all(parameters), (row) => Number(row[0]));
}
