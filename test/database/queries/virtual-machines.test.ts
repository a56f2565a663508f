import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  getVirtualMachine,
  iterateVirtualMachines,
  listVirtualMachines,
} from '../../../lib/database/queries/machines/virtual-machines.ts';
import { createInventory, type Inventory, readAt, startedAt } from '../fixtures/inventory.ts';

const idOf = (name: string, group = 'Group-1') =>
  `/subscriptions/sub-1/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
const identityId =
  '/subscriptions/sub-1/resourcegroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one';

let inventory: Inventory;
beforeEach(() => {
  inventory = createInventory();
});
afterEach(() => inventory[Symbol.dispose]());

const readRun = () => {
  const asOf = inventory.run();
  inventory.read('sub-1');
  inventory.read('sub-1', 'complete', { kind: 'powerStates' });
  return asOf;
};
const firstRun = () => {
  const asOf = readRun();
  inventory.subscription('sub-1');
  return asOf;
};

test('a machine has every field of its shape', () => {
  const asOf = firstRun();
  const machine = inventory.machine({
    name: 'One',
    identityType: 'SystemAssigned, UserAssigned',
    tags: { env: 'prod', __proto__x: '1' },
  });
  inventory.attach(
    machine,
    inventory.userAssigned({ resourceId: `${identityId}-2`, principalId: null, clientId: null }),
    2,
  );
  inventory.attach(
    machine,
    inventory.userAssigned({ resourceId: identityId, principalId: 'user-principal', clientId: 'client' }),
    1,
    { resourceId: identityId.toUpperCase() },
  );
  inventory.attach(machine, inventory.systemAssigned('system-principal'), 0);
  inventory.powerState(machine, 'PowerState/running');
  const shown = getVirtualMachine(inventory.open(), asOf, idOf('One'));
  expect(shown).toEqual({
    id: idOf('One'),
    name: 'One',
    type: 'Microsoft.Compute/virtualMachines',
    subscriptionId: 'sub-1',
    subscriptionName: 'Name of sub-1',
    resourceGroup: 'Group-1',
    location: 'westeurope',
    zones: ['1', '2'],
    vmId: 'vm-id-of-One',
    vmSize: 'Standard_D2s_v5',
    osType: 'Linux',
    priority: 'Regular',
    provisioningState: 'Succeeded',
    timeCreated: '2026-11-01T00:00:00.000Z',
    powerState: 'PowerState/running',
    tags: { env: 'prod', __proto__x: '1' },
    scaleSetId: null,
    identity: {
      type: 'SystemAssigned, UserAssigned',
      principalId: 'system-principal',
      tenantId: null,
      userAssignedIdentities: {
        [identityId.toUpperCase()]: { principalId: 'user-principal', clientId: 'client' },
        [`${identityId}-2`]: { principalId: null, clientId: null },
      },
    },
    principalIds: ['system-principal', 'user-principal'],
    firstSeen: readAt(1),
    lastSeen: readAt(1),
    deletedAt: null,
    stale: false,
  });
  expect(Object.keys(shown?.identity.userAssignedIdentities ?? {})).toEqual([
    identityId.toUpperCase(),
    `${identityId}-2`,
  ]);
});

test('a tag named __proto__ is a tag', () => {
  const asOf = firstRun();
  inventory.machine({ name: 'one', tags: JSON.parse('{"__proto__":"value"}') });
  const shown = getVirtualMachine(inventory.open(), asOf, idOf('one'));
  expect(Object.entries(shown?.tags ?? {})).toEqual([['__proto__', 'value']]);
});

test('a machine is found by its id in any casing and shown in its own casing', () => {
  const asOf = firstRun();
  inventory.machine({ name: 'Äpfel', resourceGroup: 'Group-1', resourceId: idOf('Äpfel', 'GROUP-1') });
  inventory.machine({ name: 'One', resourceGroup: 'Group-1' });
  const database = inventory.open();
  expect(getVirtualMachine(database, asOf, idOf('Äpfel'))?.resourceGroup).toBe('GROUP-1');
  expect(getVirtualMachine(database, asOf, idOf('ONE').toLowerCase())?.id).toBe(idOf('One'));
});

test.each([
  idOf('two'),
  idOf('one').replace('sub-1', 'sub-2'),
  idOf('one', 'Group-2'),
  'one',
  '',
  `${idOf('one')}/extensions/x`,
])('no machine has the id %s', (id) => {
  const asOf = firstRun();
  inventory.machine({ name: 'one' });
  expect(getVirtualMachine(inventory.open(), asOf, id)).toBeNull();
});

test('a name selects every existing machine with it, in any casing', () => {
  firstRun();
  inventory.machine({ name: 'web' });
  inventory.machine({ name: 'WEB', resourceGroup: 'Group-2' });
  const deleted = inventory.machine({ name: 'web', resourceGroup: 'Group-3' });
  const asOf = readRun();
  inventory.end(deleted, 'virtualMachineDeleted');
  const named = iterateVirtualMachines(inventory.open(), asOf, { type: 'any', name: 'Web' });
  expect([...named].map((machine) => machine.id)).toEqual([idOf('web'), idOf('WEB', 'Group-2')]);
});

describe('as of a run', () => {
  test('a machine is shown as it was: before its first run, created, updated, deleted, re-created', () => {
    const runs = [firstRun(), readRun()];
    const machine = inventory.machine({ name: 'one', tags: { v: '1' }, vmId: 'first', identityType: 'SystemAssigned' });
    inventory.attach(machine, inventory.systemAssigned('principal-1'), 0);
    runs.push(readRun());
    inventory.version(
      machine,
      { name: 'one', tags: { v: '2' }, vmId: 'first', identityType: 'SystemAssigned' },
      'virtualMachineUpdated',
    );
    runs.push(readRun());
    inventory.end(machine, 'virtualMachineDeleted');
    runs.push(readRun());
    inventory.version(
      machine,
      { name: 'one', vmId: 'second', identityType: 'SystemAssigned' },
      'virtualMachineCreated',
    );
    inventory.attach(machine, inventory.systemAssigned('principal-2'), 0, { change: 'identityAttached' });
    const database = inventory.open();
    const shown = runs.map((asOf) => getVirtualMachine(database, asOf, idOf('one')));
    expect(shown.map((row) => row && [row.vmId, row.tags, row.principalIds, row.lastSeen, row.deletedAt])).toEqual([
      null,
      ['first', { v: '1' }, ['principal-1'], readAt(2), null],
      ['first', { v: '2' }, ['principal-1'], readAt(3), null],
      ['first', { v: '2' }, ['principal-1'], readAt(3), readAt(4)],
      ['second', {}, ['principal-2'], readAt(5), null],
    ]);
    const listed = runs.map((asOf) => listVirtualMachines(database, asOf, {}, { limit: 9 }).value.length);
    expect(listed).toEqual([0, 1, 1, 0, 1]);
  });

  test('a moved machine exists under its new id, and is not deleted under its old id', () => {
    const before = firstRun();
    const old = inventory.machine({ name: 'one', vmId: 'same' });
    const after = readRun();
    inventory.end(old, 'virtualMachineMoved');
    inventory.machine({ name: 'one', resourceGroup: 'Group-2', vmId: 'same' });
    const database = inventory.open();
    const ids = (asOf: typeof before) => [...iterateVirtualMachines(database, asOf, {})].map((row) => row.id);
    expect(ids(before)).toEqual([idOf('one')]);
    expect(ids(after)).toEqual([idOf('one', 'Group-2')]);
    expect(getVirtualMachine(database, after, idOf('one'))).toMatchObject({ deletedAt: null, stale: false });
  });

  test('a subscription has the name that it had at the run', () => {
    const before = firstRun();
    inventory.machine({ name: 'one' });
    const after = readRun();
    inventory.subscription('sub-1', { displayName: 'Renamed' });
    const database = inventory.open();
    const nameAt = (asOf: typeof before) => getVirtualMachine(database, asOf, idOf('one'))?.subscriptionName;
    expect([nameAt(before), nameAt(after)]).toEqual(['Name of sub-1', 'Renamed']);
  });
});

describe('stale and lastSeen', () => {
  const stateAt = (asOf: { seq: number; runId: string; finishedAt: string }) => {
    const shown = getVirtualMachine(inventory.open(), asOf, idOf('one'));
    return shown && [shown.stale, shown.lastSeen, shown.powerState];
  };
  const started = () => {
    const asOf = firstRun();
    inventory.powerState(inventory.machine({ name: 'one' }), 'PowerState/running');
    return asOf;
  };

  test.each(['failed', 'denied'] as const)(
    'a subscription that %s leaves its machines stale until it is read again',
    (status) => {
      const first = started();
      const broken = inventory.run();
      inventory.read('sub-1', status);
      const again = readRun();
      expect([first, broken, again].map(stateAt)).toEqual([
        [false, readAt(1), 'PowerState/running'],
        [true, readAt(1), null],
        [false, readAt(3), 'PowerState/running'],
      ]);
    },
  );

  test('a partial reading makes only the machines stale that it did not show', () => {
    started();
    inventory.machine({ name: 'seen' });
    const partial = inventory.run();
    inventory.read('sub-1', 'partial');
    inventory.unseen(1, readAt(1));
    const again = readRun();
    inventory.seenAgain(1);
    expect([partial, again].map(stateAt)).toEqual([
      [true, readAt(1), null],
      [false, readAt(3), 'PowerState/running'],
    ]);
    const seen = getVirtualMachine(inventory.open(), partial, idOf('seen'));
    expect([seen?.stale, seen?.lastSeen]).toEqual([false, readAt(2)]);
  });

  test('machines of a lost subscription are stale and have no power state', () => {
    started();
    const lost = inventory.run();
    inventory.subscription('sub-1', { visibility: 'lost' });
    expect(stateAt(lost)).toEqual([true, readAt(1), null]);
  });

  test('a run over other subscriptions changes nothing', () => {
    started();
    const other = inventory.run({ scope: ['sub-2'] });
    inventory.subscription('sub-2');
    inventory.read('sub-2', 'failed');
    expect(stateAt(other)).toEqual([false, readAt(1), 'PowerState/running']);
  });

  test('a reading that arrived too late changes nothing', () => {
    started();
    const late = inventory.run();
    inventory.read('sub-1', 'failed', { superseded: true, readAt: readAt(0) });
    expect(stateAt(late)).toEqual([false, readAt(1), 'PowerState/running']);
  });

  test('inside a folded period, the last seen time is the start of the run', () => {
    inventory.run();
    inventory.subscription('sub-1');
    inventory.machine({ name: 'one' });
    inventory.read('sub-1', 'complete', { toSeq: 3 });
    const inside = inventory.run();
    const end = inventory.run();
    expect([inside, end].map(stateAt)).toEqual([
      [false, startedAt(2), null],
      [false, readAt(3), null],
    ]);
  });

  test('power states that the newest run did not read are null', () => {
    started();
    const asOf = inventory.run();
    inventory.read('sub-1');
    expect(stateAt(asOf)).toEqual([false, readAt(2), null]);
  });

  test('power states that could not be read are null', () => {
    started();
    const asOf = inventory.run();
    inventory.read('sub-1');
    inventory.read('sub-1', 'failed', { kind: 'powerStates' });
    expect(stateAt(asOf)).toEqual([false, readAt(2), null]);
  });

  test('a power state that began after the run is not shown at the run', () => {
    const first = started();
    readRun();
    inventory.powerState(1, 'PowerState/stopped');
    expect(stateAt(first)).toEqual([false, readAt(1), null]);
  });
});

describe('machines of other types', () => {
  const kinds = ['virtualMachines', 'scaleSets', 'arcMachines'] as const;
  const estate = () => {
    const first = firstRun();
    for (const kind of ['scaleSets', 'arcMachines'] as const) inventory.read('sub-1', 'complete', { kind });
    inventory.machine({ name: 'vm' });
    inventory.machine({ name: 'set', type: 1, instanceCount: 3 });
    inventory.machine({ name: 'arc', type: 2 });
    return first;
  };
  const shown = (asOf: ReturnType<typeof readRun>) => [
    ...iterateVirtualMachines(inventory.open(), asOf, { type: 'any' }),
  ];

  test('are listed on request, and only a scale set has an instance count', () => {
    const asOf = estate();
    expect(shown(asOf).map((row) => [row.name, row.type, row.instanceCount, 'instanceCount' in row])).toEqual([
      ['vm', 'Microsoft.Compute/virtualMachines', undefined, false],
      ['set', 'Microsoft.Compute/virtualMachineScaleSets', 3, true],
      ['arc', 'Microsoft.HybridCompute/machines', undefined, false],
    ]);
    expect([...iterateVirtualMachines(inventory.open(), asOf, {})].map((row) => row.name)).toEqual(['vm']);
  });

  test.each([0, 1, 2])('are stale when only their own kind fails (%i)', (type) => {
    estate();
    const asOf = inventory.run();
    for (const [index, kind] of kinds.entries()) {
      inventory.read('sub-1', index === type ? 'failed' : 'complete', { kind });
    }
    const stale = shown(asOf).map((row) => [row.stale, row.lastSeen]);
    expect(stale).toEqual(kinds.map((_kind, index) => (index === type ? [true, readAt(1)] : [false, readAt(2)])));
    const listed = (wanted: boolean) =>
      [...iterateVirtualMachines(inventory.open(), asOf, { type: 'any', stale: wanted })].map((row) => row.name);
    const names = ['vm', 'set', 'arc'];
    expect([listed(true), listed(false)]).toEqual([[names[type]], names.filter((_name, index) => index !== type)]);
  });

  test('are stale when the newest run of their subscription did not read their kind', () => {
    estate();
    const asOf = readRun();
    expect(shown(asOf).map((row) => row.stale)).toEqual([false, true, true]);
  });
});
