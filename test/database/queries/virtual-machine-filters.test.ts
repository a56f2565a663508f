import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countMachines } from '../../../lib/database/queries/machines/machine-facets.ts';
import { machineSelect } from '../../../lib/database/queries/machines/machine-select.ts';
import { selectMachines } from '../../../lib/database/queries/machines/machine-selection.ts';
import { listVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import type { AsOf, MachineFilter } from '../../../lib/inventory/query.ts';
import { matchingMachines } from '../../../lib/parameters/matching-machines.ts';
import { createInventory, type Inventory } from '../fixtures/inventory.ts';

const principal = '11111111-aaaa-4aaa-8aaa-111111111111';
const shared = '22222222-bbbb-4bbb-8bbb-222222222222';
const client = '33333333-cccc-4ccc-8ccc-333333333333';
const identityId =
  '/subscriptions/sub-1/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shared';

let inventory: Inventory;
let asOf: AsOf;

beforeAll(() => {
  inventory = createInventory();
  inventory.run();
  for (const id of ['sub-1', 'sub-2', 'sub-3']) inventory.subscription(id);
  inventory.read('sub-1');
  inventory.read('sub-1', 'complete', { kind: 'powerStates' });
  inventory.read('sub-2', 'failed');
  inventory.read('sub-3');
  inventory.read('sub-3', 'failed', { kind: 'powerStates' });
  const plain = inventory.machine({
    name: 'plain',
    location: 'westeurope',
    tags: { Env: 'prod', team: 'Blue', 'k8s.io=zone': 'a=b', Ørsted: '1' },
  });
  const system = inventory.machine({ name: 'system', resourceGroup: 'Group-2', identityType: 'SystemAssigned' });
  const user = inventory.machine({
    name: 'user',
    identityType: 'UserAssigned',
    osType: 'Windows',
    tags: { env: 'test', k8s: 'io=zone', 'k8s.io': 'zone=a=b' },
  });
  const both = inventory.machine({ name: 'both', subscription: 'sub-2', identityType: 'SystemAssigned, UserAssigned' });
  const third = inventory.machine({ name: 'third', subscription: 'sub-3', location: 'northeurope', osType: null });
  const gone = inventory.machine({ name: 'gone', identityType: 'UserAssigned', tags: { 'k8s=old': '' } });
  const sharedIdentity = inventory.userAssigned({ resourceId: identityId, principalId: shared, clientId: client });
  inventory.attach(system, inventory.systemAssigned(principal), 0);
  inventory.attach(user, sharedIdentity, 1);
  inventory.attach(both, inventory.systemAssigned('44444444-dddd-4ddd-8ddd-444444444444'), 0);
  inventory.attach(both, sharedIdentity, 1);
  inventory.attach(gone, sharedIdentity, 1);
  inventory.powerState(plain, 'PowerState/running');
  inventory.powerState(system, 'PowerState/running', true);
  inventory.powerState(user, 'PowerState/deallocated');
  inventory.powerState(third, 'PowerState/running');
  inventory.powerState(gone, 'PowerState/running');
  asOf = inventory.run();
  inventory.read('sub-1');
  inventory.read('sub-1', 'complete', { kind: 'powerStates' });
  inventory.read('sub-2', 'failed');
  inventory.read('sub-3');
  inventory.read('sub-3', 'failed', { kind: 'powerStates' });
  inventory.unseen(third, '2026-11-01T01:01:00.000Z');
  inventory.end(gone, 'virtualMachineDeleted');
});
afterAll(() => inventory[Symbol.dispose]());

const names = (filter: MachineFilter): string[] =>
  listVirtualMachines(inventory.open(), asOf, filter, { limit: 100 }).value.map((machine) => machine.name);

describe('a filter selects exactly the matching rows:', () => {
  const cases: readonly (readonly [string, MachineFilter, readonly string[]])[] = [
    ['none', {}, ['plain', 'system', 'user', 'both', 'third']],
    ['type any', { type: 'any' }, ['plain', 'system', 'user', 'both', 'third']],
    ['another type', { type: 'Microsoft.HybridCompute/machines' }, []],
    ['subscriptionId in other casing', { subscriptionId: 'SUB-2' }, ['both']],
    ['an unknown subscriptionId', { subscriptionId: 'sub' }, []],
    ['resourceGroup in other casing', { resourceGroup: 'GROUP-2' }, ['system']],
    ['part of a resourceGroup', { resourceGroup: 'group' }, []],
    ['name in other casing', { name: 'PLAIN' }, ['plain']],
    ['a name with a wildcard', { name: 'pl%' }, []],
    ['location in other casing', { location: 'NorthEurope' }, ['third']],
    ['a location where nothing is', { location: 'europe' }, []],
    ['osType in other casing', { osType: 'windows' }, ['user']],
    ['identityType none', { identityType: 'none' }, ['plain', 'third']],
    ['identityType systemAssigned', { identityType: 'systemAssigned' }, ['system', 'both']],
    ['identityType userAssigned', { identityType: 'userAssigned' }, ['user', 'both']],
    ['identityType any', { identityType: 'any' }, ['system', 'user', 'both']],
    ['principalId', { principalId: principal }, ['system']],
    ['principalId in other casing', { principalId: shared.toUpperCase() }, ['user', 'both']],
    ['principalId with deleted machines', { principalId: shared, deleted: 'any' }, ['user', 'both', 'gone']],
    ['a clientId given as principalId', { principalId: client }, []],
    ['clientId in other casing', { clientId: client.toUpperCase() }, ['user', 'both']],
    ['a principalId given as clientId', { clientId: shared }, []],
    ['tag by name in other casing', { tags: [{ name: 'ENV', value: null }] }, ['plain', 'user']],
    ['tag with value', { tags: [{ name: 'env', value: 'prod' }] }, ['plain']],
    ['tag with value in other casing', { tags: [{ name: 'env', value: 'Prod' }] }, []],
    [
      'two tags',
      {
        tags: [
          { name: 'env', value: null },
          { name: 'TEAM', value: 'Blue' },
        ],
      },
      ['plain'],
    ],
    [
      'two tags of which one matches',
      {
        tags: [
          { name: 'env', value: 'test' },
          { name: 'team', value: null },
        ],
      },
      [],
    ],
    ['a tag in other casing, with letters outside ASCII', { tags: [{ name: 'ØRSTED', value: '1' }] }, ['plain']],
    ['a tag with = in its name', { tags: [{ name: 'k8s.io', value: 'zone' }] }, ['plain']],
    ['a tag with = in its name, and a value', { tags: [{ name: 'K8S.IO', value: 'ZONE=a=b' }] }, ['plain']],
    ['a tag with = in its value', { tags: [{ name: 'k8s', value: 'io=zone' }] }, ['user']],
    ['a tag that only a deleted machine has', { tags: [{ name: 'k8s', value: 'old' }] }, []],
    ['the same with deleted machines', { tags: [{ name: 'k8s', value: 'old' }], deleted: true }, ['gone']],
    ['a tag that no machine has', { tags: [{ name: 'nothing', value: null }] }, []],
    ['identityType both', { identityType: 'both' }, ['both']],
    ['vmSize in other casing', { vmSize: 'STANDARD_d2S_v5', subscriptionId: 'sub-1' }, ['plain', 'system', 'user']],
    ['a part of a vmSize', { vmSize: 'Standard_D2s' }, []],
    ['powerState', { powerState: 'running' }, ['plain']],
    ['powerState in other casing', { powerState: 'Deallocated' }, ['user']],
    ['powerState of no machine', { powerState: 'run' }, []],
    ['powerState with deleted machines', { powerState: 'running', deleted: 'any' }, ['plain']],
    ['stale', { stale: true }, ['both', 'third']],
    ['not stale', { stale: false }, ['plain', 'system', 'user']],
    ['deleted', { deleted: true }, ['gone']],
    ['deleted or not', { deleted: 'any' }, ['plain', 'system', 'user', 'both', 'third', 'gone']],
    ['deleted and stale', { deleted: true, stale: true }, []],
    ['several at once', { osType: 'Linux', identityType: 'any', subscriptionId: 'sub-1' }, ['system']],
    ['SQL', { name: "plain' OR '1'='1" }, []],
  ];
  test.each(cases)('%s', (_title, filter, expected) => {
    expect(names(filter)).toEqual(expected);
  });
});

test('facets have the power states that machines are shown with, and count under each word of identityType', () => {
  const { count, facets } = countMachines(inventory.open(), asOf.seq, { stale: false }, ['powerState', 'identityType']);
  expect(count).toBe(3);
  expect(facets.powerState?.map((one) => [one.value, one.label, one.count])).toEqual([
    ['deallocated', 'Deallocated', 1],
    ['running', 'Running', 1],
  ]);
  const { facets: all } = countMachines(inventory.open(), asOf.seq, {}, ['powerState', 'identityType']);
  expect(all.powerState).toEqual(facets.powerState);
  expect(all.identityType?.map((one) => [one.value, one.count])).toEqual([
    ['any', 3],
    ['none', 2],
    ['systemAssigned', 2],
    ['userAssigned', 2],
    ['both', 1],
  ]);
});

test('a facet has the 50 most frequent values of any number', () => {
  using many = createInventory();
  const run = many.run();
  many.subscription('sub-1');
  for (let size = 0; size < 300; size++) {
    for (let copy = 0; copy <= size % 10 && size < 60; copy++)
      many.machine({ name: `${size}-${copy}`, vmSize: `Size_${size}` });
    if (size >= 60) many.machine({ name: `${size}`, vmSize: `Size_${size}` });
  }
  const { count, facets } = countMachines(many.open(), run.seq, { vmSize: 'size_299' }, ['vmSize']);
  const values = facets.vmSize ?? [];
  expect([count, values.length]).toEqual([1, 50]);
  expect(values.slice(0, 7).map((one) => [one.value, one.count])).toEqual([
    ['Size_19', 10],
    ['Size_29', 10],
    ['Size_39', 10],
    ['Size_49', 10],
    ['Size_59', 10],
    ['Size_9', 10],
    ['Size_18', 9],
  ]);
  expect(values.at(-1)).toEqual({ value: 'Size_11', label: 'Size_11', count: 2 });
});

describe('contains finds a text in the name, the resource group and the id:', () => {
  let others: Inventory;
  let at: AsOf;
  beforeAll(() => {
    others = createInventory();
    at = others.run();
    for (const id of ['sub-a', 'sub-b']) others.subscription(id);
    others.machine({ name: 'web_01', subscription: 'sub-a', resourceGroup: 'RG-One' });
    others.machine({ name: 'Web%01', subscription: 'sub-b', resourceGroup: 'Größe' });
    others.machine({ name: 'back\\slash', subscription: 'sub-b', resourceGroup: 'ΟΔΟΣ', type: 2 });
    others.machine({
      name: 'shown',
      subscription: 'sub-a',
      resourceGroup: 'rg-one',
      resourceId: '/subscriptions/SUB-A/resourceGroups/RG-ONE/providers/Microsoft.Compute/virtualMachines/ØTHER',
    });
  });
  afterAll(() => others[Symbol.dispose]());

  const all = ['web_01', 'Web%01', 'back\\slash', 'shown'];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['EB_0', ['web_01']],
    ['b%0', ['Web%01']],
    ['%', ['Web%01']],
    ['_', ['web_01']],
    ['\\', ['back\\slash']],
    ['?', []],
    ['*', []],
    ['rg-one', ['web_01', 'shown']],
    ['GRÖSSE', []],
    ['GRÖßE', ['Web%01']],
    ['οδος', ['back\\slash']],
    ['οδοσ', ['back\\slash']],
    ['SHOWN', ['shown']],
    ['øther', ['shown']],
    ['sub-b', ['Web%01', 'back\\slash']],
    ['HybridCompute', ['back\\slash']],
    ['COMPUTE', all],
    ['providers', all],
    ['/', all],
    ['//', []],
    ['one/PROVIDERS/microsoft.compute/virtualmachines/w', ['web_01']],
    ['rg-one/providers/microsoft.compute/virtualmachines/Ø', ['shown']],
    ['/shown', []],
    ['/subscriptions/sub-a/', ['web_01', 'shown']],
    ["' OR 1 --", []],
  ];
  test.each(cases)('%s', (contains, expected) => {
    const found = listVirtualMachines(others.open(), at, { contains, type: 'any' }, { limit: 9 }).value;
    expect(found.map(({ name }) => name)).toEqual(expected);
    expect(selectMachines(others.open(), at.seq, { contains, type: 'any' }).count).toBe(expected.length);
    // What a live list does with the same machines.
    const rows = listVirtualMachines(others.open(), at, { type: 'any' }, { limit: 9 }).value;
    const live = matchingMachines(rows, { contains, type: 'any' }, undefined).map(({ name }) => name);
    expect(live.toSorted()).toEqual(expected.toSorted());
  });
});

test('a filter can have a thousand tags', () => {
  const tags = Array.from({ length: 1000 }, (_, index) => ({ name: `tag-${index}`, value: null }));
  expect(names({ tags })).toEqual([]);
});

test.each([{ principalId: principal }, { clientId: client }])(
  'a filter by %o reads no table from end to end',
  (filter) => {
    const { sql } = machineSelect(inventory.database, asOf.seq, filter, { limit: 10 });
    const plan = inventory.database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row.detail));
    expect(plan.length).toBeGreaterThan(3);
    expect(plan.filter((step) => step.startsWith('SCAN'))).toEqual([]);
  },
);
