import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  iterateVirtualMachines,
  listVirtualMachines,
} from '../../../lib/database/queries/machines/virtual-machines.ts';
import { listPrincipals } from '../../../lib/database/queries/principals/principals.ts';
import type { AsOf, MachineFilter, OrderBy, PagePosition } from '../../../lib/inventory/query.ts';
import type { VirtualMachine } from '../../../lib/inventory/virtual-machine.ts';
import { createInventory, type Inventory } from '../fixtures/inventory.ts';

let inventory: Inventory;
let first: AsOf;
let newest: AsOf;
const machines = 23;

beforeAll(() => {
  inventory = createInventory();
  first = inventory.run();
  for (const id of ['sub-1', 'sub-2']) inventory.subscription(id);
  for (const id of ['sub-1', 'sub-2']) inventory.read(id);
  for (let index = 0; index < machines; index++) {
    const machine = inventory.machine({
      name: index % 2 === 0 ? `VM-${index % 5}` : `vm-${index % 5}`,
      subscription: index % 3 === 0 ? 'sub-2' : 'sub-1',
      resourceGroup: `Group-${index}`,
      location: ['westeurope', 'northeurope', 'eastus'][index % 3] ?? '',
      timeCreated: index % 4 === 0 ? null : new Date(Date.UTC(2020, index % 6)).toISOString(),
    });
    inventory.attach(machine, inventory.systemAssigned(`principal-${index}`), 0);
  }
  newest = inventory.run();
  for (const id of ['sub-1', 'sub-2']) inventory.read(id);
  for (let machine = 1; machine <= 5; machine++) inventory.end(machine, 'virtualMachineDeleted');
  inventory.version(7, { name: 'VM-1', resourceGroup: 'Group-6', location: 'uksouth' }, 'virtualMachineUpdated');
  for (let index = 0; index < 5; index++) inventory.machine({ name: `new-${index}` });
});
afterAll(() => inventory[Symbol.dispose]());

/** All pages of a list, as a client requests them: each with the position from the page before. */
function pagesOf(asOf: AsOf, limit: number, orderBy?: OrderBy, filter: MachineFilter = {}): VirtualMachine[][] {
  const pages: VirtualMachine[][] = [];
  let after: PagePosition | undefined;
  do {
    const order = orderBy === undefined ? {} : { orderBy };
    const page = listVirtualMachines(inventory.open(), asOf, filter, { limit, ...order, ...(after && { after }) });
    pages.push([...page.value]);
    after = page.next;
  } while (after !== undefined);
  return pages;
}

const fields = ['name', 'subscriptionId', 'location', 'timeCreated'] as const;
const orders = fields.flatMap((field) => [false, true].map((descending) => ({ field, descending })));

/** The expected order, computed without the database. */
function sorted(rows: readonly VirtualMachine[], { field, descending }: OrderBy): string[] {
  const keyOf = (row: VirtualMachine) => (field === 'name' ? row.name.toLowerCase() : (row[field] ?? ''));
  const compare = (a: string, b: string) => Number(a > b) - Number(a < b);
  return rows
    .toSorted(
      (a, b) => compare(keyOf(a), keyOf(b)) * (descending ? -1 : 1) || compare(a.id.toLowerCase(), b.id.toLowerCase()),
    )
    .map((row) => row.id);
}

test.each([1, 7, 22, 23, 24])('pages of %i show every machine exactly once', (limit) => {
  const pages = pagesOf(first, limit);
  expect(
    pages
      .map((page) => page.length)
      .slice(0, -1)
      .every((length) => length === limit),
  ).toBe(true);
  expect(pages).toHaveLength(Math.ceil(machines / limit));
  expect(new Set(pages.flat().map((row) => row.id)).size).toBe(machines);
});

test.each(orders)('pages ordered by $field, descending $descending, are the whole list in that order', (orderBy) => {
  const expected = sorted(pagesOf(first, 100).flat(), orderBy);
  for (const limit of [1, 4, 100]) {
    expect(
      pagesOf(first, limit, orderBy)
        .flat()
        .map((row) => row.id),
    ).toEqual(expected);
  }
  expect([...iterateVirtualMachines(inventory.open(), first, {}, orderBy)].map((row) => row.id)).toEqual(expected);
});

test.each(orders)(
  'a first page by $field, descending $descending, is the same when the whole order is there',
  (orderBy) => {
    const filters: readonly MachineFilter[] = [
      {},
      { subscriptionId: 'sub-2' },
      { location: 'eastus' },
      { contains: '3' },
      { deleted: 'any' },
      { deleted: true },
      { name: 'none' },
    ];
    for (const asOf of [first, newest]) {
      for (const [index, filter] of filters.entries()) {
        const database = inventory.open();
        const page = { limit: [1, 2, 5, 50][index % 4] ?? 1, orderBy };
        // Asked again, a page comes from the whole order.
        const [once, again] = [1, 2].map(() => listVirtualMachines(database, asOf, filter, page));
        expect(once).toEqual(again);
      }
    }
  },
);

test('the pages of one run do not change while newer runs are merged', () => {
  using merging = createInventory();
  const asOf = merging.run();
  merging.subscription('sub-1');
  merging.read('sub-1');
  for (const name of ['a', 'b', 'c', 'd']) merging.machine({ name, tags: { run: '1' } });
  const database = merging.open();
  const before = listVirtualMachines(database, asOf, {}, { limit: 2 });
  const later = merging.run();
  merging.read('sub-1');
  merging.end(3, 'virtualMachineDeleted');
  merging.version(4, { name: 'd', tags: { run: '2' } }, 'virtualMachineUpdated');
  merging.machine({ name: 'e' });
  const rest = listVirtualMachines(database, asOf, {}, { limit: 2, ...(before.next && { after: before.next }) });
  expect(rest.value.map((row) => [row.name, row.tags.run, row.deletedAt])).toEqual([
    ['c', '1', null],
    ['d', '1', null],
  ]);
  expect(rest.next).toBeUndefined();
  const now = listVirtualMachines(database, later, {}, { limit: 9 });
  expect(now.value.map((row) => [row.name, row.tags.run])).toEqual([
    ['a', '1'],
    ['b', '1'],
    ['d', '2'],
    ['e', undefined],
  ]);
});

test.each(orders)('a newer run does not change pages of an older run ordered by $field', (orderBy) => {
  expect(pagesOf(first, 4, orderBy).flat()).toHaveLength(machines);
  expect(pagesOf(newest, 4, orderBy, { deleted: 'any' }).flat()).toHaveLength(machines + 5);
});

test('an empty list is one page without a next page', () => {
  expect(listVirtualMachines(inventory.open(), first, { name: 'none' }, { limit: 5 })).toEqual({ value: [] });
});

test('two streams at the same time both show every machine', () => {
  const database = inventory.open();
  const streams = [iterateVirtualMachines(database, first, {}), iterateVirtualMachines(database, first, {})];
  const counts = [0, 0];
  for (let index = 0; index < machines; index++) {
    for (const [number, stream] of streams.entries()) if (stream.next().done !== true) counts[number] = index + 1;
  }
  expect(counts).toEqual([machines, machines]);
  expect(streams.map((stream) => stream.next().done)).toEqual([true, true]);
});

test('pages of principals show each principal exactly once, even after another merge', () => {
  const shown: string[] = [];
  let after: PagePosition | undefined;
  do {
    const page = listPrincipals(inventory.open(), first, {}, { limit: 4, ...(after && { after }) });
    shown.push(...page.value.map((principal) => `${principal.principalId} ${principal.state}`));
    after = page.next;
  } while (after !== undefined);
  expect(shown).toEqual(Array.from({ length: machines }, (_, index) => `principal-${index} attached`));
});
