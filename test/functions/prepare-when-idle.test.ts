import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { prepareWhenIdle } from '../../functions/prepare-when-idle.ts';
import type { Database } from '../../lib/database/database.ts';
import { listVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import type { AsOf, OrderBy } from '../../lib/inventory/query.ts';
import { createInventory, type Inventory } from '../database/fixtures/inventory.ts';

let inventory: Inventory;
let asOf: AsOf;

beforeEach(() => {
  inventory = createInventory();
  asOf = inventory.run();
  inventory.subscription('sub-1');
  inventory.read('sub-1');
  for (const name of ['b', 'a', 'c']) inventory.machine({ name });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  inventory[Symbol.dispose]();
});

const byName: OrderBy = { field: 'name', descending: true };
const namesOf = (database: Database) =>
  listVirtualMachines(database, asOf, { location: 'WestEurope' }, { limit: 2, skip: 1, orderBy: byName }).value.map(
    ({ name }) => name,
  );

/** The statements that the work prepares. */
function statementsOf(database: Database, work: () => unknown): readonly string[] {
  const statements: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (sql: string) => {
    statements.push(sql);
    return prepare(sql);
  };
  work();
  database.prepare = prepare;
  return statements;
}

test('a new publication is prepared for the lists that were asked for, when no request has come for a second', async () => {
  const [first, second] = [inventory.open(), inventory.open()];
  expect(statementsOf(first, () => expect(namesOf(first)).toEqual(['b', 'a']))).toEqual(
    expect.arrayContaining([
      expect.stringContaining('ORDER BY +m.name_key DESC'),
      expect.stringContaining('v.vm_size'),
    ]),
  );

  const released = Promise.withResolvers<void>();
  let leases = 0;
  const seen = prepareWhenIdle(async () => {
    leases += 1;
    return { database: second, [Symbol.dispose]: () => released.resolve() };
  });
  for (let request = 0; request < 3; request++) {
    seen({ etag: '"2"' });
    vi.advanceTimersByTime(900);
  }
  expect(leases).toBe(0);
  vi.advanceTimersByTime(200);
  await released.promise;
  seen({ etag: '"2"' });
  vi.advanceTimersByTime(5000);

  expect(leases).toBe(1);
  const statements = statementsOf(second, () => expect(namesOf(second)).toEqual(['b', 'a']));
  expect(statements.filter((sql) => sql.includes('+m.name_key') || sql.includes('FROM machine_version v'))).toEqual([]);
});

test('a failure to prepare is left to the request that meets it', async () => {
  const failed = Promise.withResolvers<void>();
  const seen = prepareWhenIdle(async () => {
    failed.resolve();
    throw new Error('Storage is down');
  });
  seen({ etag: '"1"' });
  vi.advanceTimersByTime(1000);
  await failed.promise;
});
