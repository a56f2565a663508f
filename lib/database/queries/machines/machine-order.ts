import type { OrderBy } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { keptArrays } from '../kept-arrays.ts';
import { machineNumberSelect } from './machine-select.ts';
import type { ShownFilter, ShownMachines } from './machines-shown.ts';
import { rememberRead } from './prepare-machines.ts';

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
  const name = `${shown ?? false} ${JSON.stringify(orderBy ?? null)}`;
  rememberRead(name, (newer, newest) => machineOrder(newer, newest, shown, orderBy));
  return kept(database, `${seq} ${name}`, () =>
    readMachineNumbers(database, seq, { type: 'any', deleted: shown }, orderBy),
  );
}

/** The numbers of the machines that a filter selects; ascending without `orderBy`. */
export function readMachineNumbers(
  database: Database,
  seq: number,
  filter: ShownFilter,
  orderBy?: OrderBy | undefined,
): Uint32Array {
  const { sql, parameters } = machineNumberSelect(database, seq, filter, orderBy);
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return Uint32Array.from(statement.all(parameters), (row) => Number(row[0]));
}
