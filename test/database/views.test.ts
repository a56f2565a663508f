import { afterEach, beforeEach, expect, test } from 'vitest';
import { getVirtualMachine, iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { iteratePrincipals } from '../../lib/database/queries/principals/principals.ts';
import { createInventory, type Inventory, readAt, runIdOf, startedAt } from './fixtures/inventory.ts';

let inventory: Inventory;
beforeEach(() => {
  inventory = createInventory();
});
afterEach(() => inventory[Symbol.dispose]());

const rows = (sql: string) =>
  inventory
    .open()
    .prepare(sql)
    .all()
    .map((row) => ({ ...row }));
const idOf = (name: string) =>
  `/subscriptions/sub-1/resourceGroups/Group-1/providers/Microsoft.Compute/virtualMachines/${name}`;
const identityId =
  '/subscriptions/sub-1/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one';

const estate = () => {
  inventory.run();
  for (const id of ['sub-1', 'sub-2', 'sub-3']) inventory.subscription(id);
  for (const id of ['sub-1', 'sub-2', 'sub-3']) inventory.read(id);
  inventory.read('sub-1', 'complete', { kind: 'powerStates' });
  const one = inventory.machine({ name: 'one', identityType: 'SystemAssigned, UserAssigned', tags: { env: 'prod' } });
  const two = inventory.machine({ name: 'two' });
  inventory.machine({ name: 'failed', subscription: 'sub-2' });
  inventory.machine({ name: 'lost', subscription: 'sub-3' });
  const system = inventory.systemAssigned('system');
  inventory.attach(one, inventory.userAssigned({ resourceId: identityId, principalId: 'user', clientId: 'client' }), 1);
  inventory.attach(one, system, 0);
  inventory.powerState(one, 'PowerState/running');
  const asOf = inventory.run();
  inventory.read('sub-1');
  inventory.read('sub-1', 'complete', { kind: 'powerStates' });
  inventory.read('sub-2', 'failed', { reason: 'Throttled' });
  inventory.subscription('sub-3', { visibility: 'lost' });
  inventory.blindSpot('sub-3');
  inventory.detach(one, system);
  inventory.version(one, { name: 'one', identityType: 'UserAssigned', tags: { env: 'test' } }, 'virtualMachineUpdated');
  inventory.end(two, 'virtualMachineDeleted');
  return asOf;
};

test('virtual_machines agrees with the queries', () => {
  const asOf = estate();
  const viewed = rows(
    'SELECT id, stale, last_seen, power_state, identity_type, principal_id, principal_ids, first_seen FROM virtual_machines',
  );
  const queried = [...iterateVirtualMachines(inventory.open(), asOf, {})].map((row) => ({
    id: row.id,
    stale: row.stale ? 1 : 0,
    last_seen: row.lastSeen,
    power_state: row.powerState,
    identity_type: row.identity.type,
    principal_id: row.identity.principalId,
    principal_ids: row.principalIds.length === 0 ? null : row.principalIds.join(';'),
    first_seen: row.firstSeen,
  }));
  expect(viewed).toEqual(queried);
  expect(viewed.map((row) => row.stale)).toEqual([0, 1, 1]);
  expect(getVirtualMachine(inventory.open(), asOf, idOf('one'))?.vmSize).toBe(
    rows(`SELECT vm_size FROM virtual_machines WHERE name = 'ONE'`)[0]?.vm_size,
  );
});

test('principals and principal_history show the present and the past', () => {
  estate();
  expect(rows('SELECT principal_id, kind, virtual_machine_count, detached_at FROM principals ORDER BY 1')).toEqual([
    { principal_id: 'system', kind: 'SystemAssigned', virtual_machine_count: 0, detached_at: readAt(2) },
    { principal_id: 'user', kind: 'UserAssigned', virtual_machine_count: 1, detached_at: null },
  ]);
  expect(
    rows(
      `SELECT virtual_machine_id, attached_from, detached_at, detached_by FROM principal_history WHERE principal_id = 'SYSTEM'`,
    ),
  ).toEqual([
    {
      virtual_machine_id: idOf('one'),
      attached_from: readAt(1),
      detached_at: readAt(2),
      detached_by: 'identityDetached',
    },
  ]);
});

test('principals agrees with the queries on every state', () => {
  inventory.run();
  for (const id of ['sub-1', 'sub-2']) inventory.subscription(id);
  const userAssigned = (name: string, subscription = 'sub-1') =>
    inventory.userAssigned({
      resourceId: identityId.replace('sub-1', subscription).replace(/one$/, name),
      principalId: name,
      clientId: `client-of-${name}`,
    });
  const one = inventory.machine({ name: 'one', identityType: 'SystemAssigned, UserAssigned' });
  const [attached, dangling, listed] = [userAssigned('attached'), userAssigned('dangling'), userAssigned('listed')];
  const [gone, elsewhere] = [userAssigned('gone'), userAssigned('elsewhere', 'sub-2')];
  const system = inventory.systemAssigned('system');
  inventory.attach(one, system, 0);
  for (const identity of [attached, dangling]) inventory.attach(one, identity, 1);
  for (const identity of [attached, dangling, listed, gone, elsewhere]) inventory.presence(identity, true);
  const asOf = inventory.run();
  for (const id of ['sub-1', 'sub-2']) inventory.read(id);
  inventory.read('sub-1', 'complete', { kind: 'identities' });
  inventory.read('sub-2', 'denied', { kind: 'identities' });
  for (const identity of [dangling, gone]) inventory.presence(identity, false);
  inventory.detach(one, system);
  const role = inventory.role({ id: '/a', scope: '/', principalId: 'attached' });
  for (const id of ['sub-1', 'sub-2']) inventory.seen(role, id);
  inventory.credential(attached, 'deploy', 'repo:one');

  const viewed = rows(`SELECT principal_id, client_id, kind, identity_id, state, virtual_machine_count, first_seen,
    role_assignment_count FROM principals ORDER BY principal_id`);
  const queried = [...iteratePrincipals(inventory.open(), asOf, {})].map((row) => ({
    principal_id: row.principalId,
    client_id: row.clientId,
    kind: row.kind,
    identity_id: row.identityId,
    state: row.state,
    virtual_machine_count: row.virtualMachines.filter(({ detachedAt }) => detachedAt === null).length,
    first_seen: row.firstSeen,
    role_assignment_count: row.roleAssignments.length,
  }));
  expect(viewed).toEqual(queried.toSorted((a, b) => (a.principal_id < b.principal_id ? -1 : 1)));
  expect(viewed.map((row) => `${row.principal_id} ${row.state}`)).toEqual([
    'attached attached',
    'dangling dangling',
    'elsewhere unknown',
    'gone gone',
    'listed detached',
    'system gone',
  ]);
  expect(rows('SELECT principal_id, role_definition_name, scope, inherited, seen_in FROM role_assignments')).toEqual([
    { principal_id: 'attached', role_definition_name: 'Reader', scope: '/', inherited: 1, seen_in: 'sub-1;sub-2' },
  ]);
  expect(rows('SELECT principal_id, name, subject, audiences FROM federated_credentials')).toEqual([
    { principal_id: 'attached', name: 'deploy', subject: 'repo:one', audiences: '["api://audience"]' },
  ]);
});

test('machines shows every type, each stale by its own kind', () => {
  inventory.run();
  inventory.subscription('sub-1');
  inventory.read('sub-1');
  inventory.read('sub-1', 'complete', { kind: 'scaleSets' });
  inventory.machine({ name: 'one', resourceId: idOf('one').replace('Group-1', 'GROUP-1') });
  inventory.machine({ name: 'set', type: 1, instanceCount: 3 });
  inventory.run();
  inventory.read('sub-1');
  inventory.read('sub-1', 'failed', { kind: 'scaleSets' });
  const machines = rows('SELECT name, type, resource_group, instance_count, last_seen, stale FROM machines');
  const set = { name: 'set', type: 'Microsoft.Compute/virtualMachineScaleSets', resource_group: 'Group-1' };
  expect(machines).toEqual([
    {
      name: 'one',
      type: 'Microsoft.Compute/virtualMachines',
      resource_group: 'GROUP-1',
      instance_count: null,
      last_seen: readAt(2),
      stale: 0,
    },
    { ...set, instance_count: 3, last_seen: readAt(1), stale: 1 },
  ]);
  expect(rows('SELECT name FROM virtual_machines')).toEqual([{ name: 'one' }]);
});

test('changes has one row per change', () => {
  estate();
  inventory.database.exec(
    `UPDATE subscription SET change = 'subscriptionLost', change_before = '{}' WHERE visibility = 'lost'`,
  );
  const change = { seq: 2, run_id: runIdOf(2), at: readAt(2) };
  expect(rows('SELECT seq, run_id, at, kind, resource_id, principal_id FROM changes ORDER BY kind')).toEqual([
    { ...change, kind: 'identityDetached', resource_id: idOf('one'), principal_id: 'system' },
    { ...change, at: startedAt(2), kind: 'subscriptionLost', resource_id: '/subscriptions/sub-3', principal_id: null },
    { ...change, kind: 'virtualMachineDeleted', resource_id: idOf('two'), principal_id: null },
    { ...change, kind: 'virtualMachineUpdated', resource_id: idOf('one'), principal_id: null },
  ]);
});

test('coverage_now and blind_spots show what was not read', () => {
  estate();
  expect(rows('SELECT subscription_id, kind, status, reason_code, visibility FROM coverage_now ORDER BY 1, 2')).toEqual(
    [
      { subscription_id: 'sub-1', kind: 'powerStates', status: 'complete', reason_code: null, visibility: 'visible' },
      {
        subscription_id: 'sub-1',
        kind: 'virtualMachines',
        status: 'complete',
        reason_code: null,
        visibility: 'visible',
      },
      {
        subscription_id: 'sub-2',
        kind: 'virtualMachines',
        status: 'failed',
        reason_code: 'Throttled',
        visibility: 'visible',
      },
      { subscription_id: 'sub-3', kind: 'virtualMachines', status: 'complete', reason_code: null, visibility: 'lost' },
    ],
  );
  expect(rows('SELECT subscription_id, source FROM blind_spots')).toEqual([
    { subscription_id: 'sub-3', source: 'previousRun' },
  ]);
});
