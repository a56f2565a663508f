import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveChangeRange } from '../../../lib/database/queries/as-of.ts';
import { iterateChanges, listChanges } from '../../../lib/database/queries/changes.ts';
import type { Change } from '../../../lib/inventory/change.ts';
import type { AsOf, ChangeFilter, PagePosition } from '../../../lib/inventory/query.ts';
import { changeKinds } from '../../../lib/inventory/run.ts';
import { createInventory, finishedAt, type Inventory, readAt, runIdOf, startedAt } from '../fixtures/inventory.ts';

const idOf = (name: string, subscription = 'sub-1') =>
  `/subscriptions/${subscription}/resourceGroups/Group-1/providers/Microsoft.Compute/virtualMachines/${name}`;
const identityId =
  '/subscriptions/sub-1/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one';
const scope = '/providers/Microsoft.Management/managementGroups/top';

let inventory: Inventory;
beforeEach(() => {
  inventory = createInventory();
});
afterEach(() => inventory[Symbol.dispose]());

const readRun = (): AsOf => {
  const asOf = inventory.run();
  for (const id of ['sub-1', 'sub-2']) inventory.read(id);
  return asOf;
};
const change = (kind: Change['kind'], resourceId: string, more: Partial<Change> = {}): Change => ({
  at: readAt(2),
  notBefore: null,
  runId: runIdOf(2),
  kind,
  resourceId,
  principalId: null,
  before: null,
  after: null,
  by: null,
  byStatus: 'notRead',
  ...more,
});

/** Two runs, with one change of every kind between them. */
function everyKind(): { from: AsOf; to: AsOf } {
  const from = readRun();
  for (const id of ['sub-1', 'sub-2']) inventory.subscription(id);
  const machineOf = (name: string): number =>
    inventory.machine({ name, identityType: 'SystemAssigned', tags: { env: 'prod' }, vmId: `vm-${name}` });
  const [updated, deleted] = [machineOf('updated'), machineOf('deleted')];
  const [recreated, moved] = [machineOf('recreated'), machineOf('moved')];
  const attached = inventory.machine({ name: 'attached', identityType: 'UserAssigned' });
  const shared = inventory.userAssigned({ resourceId: identityId, principalId: 'shared', clientId: 'client' });
  const [one, two] = [inventory.systemAssigned('system-1'), inventory.systemAssigned('system-2')];
  inventory.attach(updated, one, 0);
  inventory.attach(deleted, two, 0);
  inventory.attach(attached, shared, 1);
  inventory.presence(shared, true);
  inventory.credential(shared, 'removed', 'repo:removed');
  inventory.credential(shared, 'changed', 'repo:before');
  const roleOf = (id: string): number => {
    const assignment = inventory.role({ id: `${scope}/${id}`, scope, principalId: 'shared' });
    for (const subscription of ['sub-1', 'sub-2']) inventory.seen(assignment, subscription);
    return assignment;
  };
  const [removed, lost, conditional] = [roleOf('removed'), roleOf('lost'), roleOf('changed')];

  const to = readRun();
  inventory.subscription('sub-3');
  inventory.database.exec(`UPDATE subscription SET change = 'subscriptionAppeared', change_after = '{"virtualMachineCount":0}'
    WHERE subscription = (SELECT id FROM subscription_key WHERE subscription_id = 'sub-3')`);
  inventory.version(
    updated,
    { name: 'updated', identityType: 'None', location: 'eastus', vmId: 'vm-updated' },
    'virtualMachineUpdated',
  );
  inventory.detach(updated, one);
  inventory.end(deleted, 'virtualMachineDeleted');
  inventory.version(recreated, { name: 'recreated', vmId: 'other', tags: { env: 'prod' } }, 'virtualMachineRecreated');
  inventory.end(moved, 'virtualMachineMoved');
  const arrived = inventory.machine({
    name: 'moved',
    subscription: 'sub-2',
    tags: { env: 'prod' },
    vmId: 'vm-moved',
    identityType: 'SystemAssigned',
  });
  inventory.database
    .prepare(
      `UPDATE machine_version SET begin_change = 'virtualMachineMoved', moved_from = ?, began_at = ? WHERE machine = ?`,
    )
    .run(moved, Date.parse(readAt(2)), arrived);
  inventory.database
    .prepare(`UPDATE machine_version SET begin_change = 'virtualMachineCreated', not_before = ? WHERE machine = ?`)
    .run(Date.parse(readAt(1)), inventory.machine({ name: 'created' }));
  const again = inventory.userAssigned({ resourceId: identityId, principalId: 'shared-2', clientId: 'client-2' });
  inventory.detach(attached, shared, 'identityRecreated');
  inventory.attach(attached, again, 1, { change: 'identityRecreated' });
  inventory.attach(recreated, inventory.systemAssigned('system-3'), 0, { change: 'identityAttached' });
  inventory.endCredential(shared, 'removed', 'federatedCredentialRemoved');
  inventory.endCredential(shared, 'changed', null);
  inventory.credential(shared, 'changed', 'repo:after', 'federatedCredentialAdded');
  inventory.noLongerSeen(removed, 'sub-1', 'roleRemoved');
  inventory.noLongerSeen(removed, 'sub-2', null);
  inventory.noLongerSeen(lost, 'sub-2', 'roleInheritanceLost');
  for (const id of ['sub-1', 'sub-2']) inventory.noLongerSeen(conditional, id, null);
  const changed = inventory.role({
    id: `${scope}/changed`,
    scope,
    principalId: 'shared',
    condition: '@x',
    replaces: conditional,
  });
  inventory.seen(changed, 'sub-1', 'roleAssigned');
  inventory.seen(changed, 'sub-2');
  return { from, to };
}

const machineFields = (name: string, more: Record<string, unknown> = {}) => ({
  id: idOf(name),
  name,
  type: 'Microsoft.Compute/virtualMachines',
  subscriptionId: 'sub-1',
  subscriptionName: 'Name of sub-1',
  resourceGroup: 'Group-1',
  location: 'westeurope',
  zones: ['1', '2'],
  vmId: `vm-${name}`,
  vmSize: 'Standard_D2s_v5',
  osType: 'Linux',
  priority: 'Regular',
  provisioningState: 'Succeeded',
  timeCreated: '2026-11-01T00:00:00.000Z',
  tags: { env: 'prod' },
  scaleSetId: null,
  identity: { type: 'SystemAssigned', principalId: null, tenantId: null, userAssignedIdentities: {} },
  principalIds: [],
  ...more,
});
const none = { type: 'None', principalId: null, tenantId: null, userAssignedIdentities: {} };
const identityOf = (number: '' | '-2') => ({
  identityId,
  principalId: `shared${number}`,
  clientId: `client${number}`,
  kind: 'UserAssigned',
});
const systemOf = (principalId: string) => ({ identityId: null, principalId, clientId: null, kind: 'SystemAssigned' });
const credential = (name: string, subject: string) => ({
  identityId,
  name,
  issuer: 'https://issuer',
  subject,
  audiences: ['api://audience'],
});
const role = (id: string, condition: string | null = null) => ({
  id: `${scope}/${id}`,
  scope,
  roleDefinitionId: '/roles/reader',
  roleDefinitionName: 'Reader',
  inherited: true,
  condition,
});
const notBefore = readAt(1);

test('each kind of change has its resource, its principal, and the fields before and after', () => {
  const range = everyKind();
  const shared = { principalId: 'shared' };
  expect(listChanges(inventory.open(), range, {}, { limit: 99 }).value).toEqual([
    change('subscriptionAppeared', '/subscriptions/sub-3', {
      at: startedAt(2),
      notBefore: startedAt(1),
      after: { virtualMachineCount: 0 },
    }),
    change('virtualMachineUpdated', idOf('updated'), {
      before: { location: 'westeurope', tags: { env: 'prod' } },
      after: { location: 'eastus', tags: {} },
    }),
    change('virtualMachineRecreated', idOf('recreated'), {
      before: machineFields('recreated'),
      after: machineFields('recreated', {
        vmId: 'other',
        identity: { ...none, principalId: 'system-3' },
        principalIds: ['system-3'],
      }),
    }),
    change('virtualMachineMoved', idOf('moved', 'sub-2'), {
      before: { id: idOf('moved'), subscriptionId: 'sub-1', subscriptionName: 'Name of sub-1' },
      after: { id: idOf('moved', 'sub-2'), subscriptionId: 'sub-2', subscriptionName: 'Name of sub-2' },
    }),
    change('virtualMachineCreated', idOf('created'), {
      notBefore,
      at: readAt(2),
      after: machineFields('created', { vmId: 'vm-id-of-created', tags: {}, identity: none }),
    }),
    change('virtualMachineDeleted', idOf('deleted'), {
      before: machineFields('deleted', {
        identity: { type: 'SystemAssigned', principalId: 'system-2', tenantId: null, userAssignedIdentities: {} },
        principalIds: ['system-2'],
      }),
    }),
    change('identityDetached', idOf('updated'), { principalId: 'system-1', before: systemOf('system-1') }),
    change('identityAttached', idOf('recreated'), { principalId: 'system-3', after: systemOf('system-3') }),
    change('identityRecreated', idOf('attached'), {
      principalId: 'shared-2',
      before: identityOf(''),
      after: identityOf('-2'),
    }),
    change('federatedCredentialRemoved', identityId, {
      ...shared,
      notBefore,
      before: credential('removed', 'repo:removed'),
    }),
    change('federatedCredentialAdded', identityId, {
      ...shared,
      notBefore,
      before: credential('changed', 'repo:before'),
      after: credential('changed', 'repo:after'),
    }),
    change('roleRemoved', `${scope}/removed`, { ...shared, notBefore, before: role('removed') }),
    change('roleInheritanceLost', `${scope}/lost`, {
      ...shared,
      notBefore,
      before: { ...role('lost'), subscriptionId: 'sub-2' },
    }),
    change('roleAssigned', `${scope}/changed`, {
      ...shared,
      notBefore,
      before: role('changed'),
      after: role('changed', '@x'),
    }),
  ]);
});

test('an identity re-created only in its listing is a change of the identity', () => {
  const from = readRun();
  const before = inventory.userAssigned({ resourceId: identityId, principalId: 'shared', clientId: 'client' });
  inventory.presence(before, true);
  const to = readRun();
  inventory.presence(before, false);
  const after = inventory.userAssigned({ resourceId: identityId, principalId: 'shared-2', clientId: 'client-2' });
  inventory.presence(after, true, 'identityRecreated');
  const expected = [
    change('identityRecreated', identityId, {
      principalId: 'shared-2',
      before: identityOf(''),
      after: identityOf('-2'),
    }),
  ];
  const list = (filter: ChangeFilter) => listChanges(inventory.open(), { from, to }, filter, { limit: 9 }).value;
  expect(list({})).toEqual(expected);
  expect(list({ principalId: 'SHARED' })).toEqual(expected);
  expect(list({ resourceId: identityId.toUpperCase(), subscriptionId: 'SUB-1' })).toEqual(expected);
});

test('the view `changes` has the same rows', () => {
  const range = everyKind();
  const viewed = inventory.open().prepare('SELECT * FROM changes').all();
  const rows = viewed.map(
    ({ seq, run_id, not_before, resource_id, principal_id, before, after, by_status, ...row }) => ({
      ...row,
      runId: run_id,
      notBefore: not_before,
      resourceId: resource_id,
      principalId: principal_id,
      before: before === null ? null : JSON.parse(String(before)),
      after: after === null ? null : JSON.parse(String(after)),
      byStatus: by_status,
    }),
  );
  expect(rows).toEqual(listChanges(inventory.open(), range, {}, { limit: 99 }).value);
});

describe('pages', () => {
  test.each([
    [1, false],
    [2, false],
    [3, false],
    [5, false],
    [14, false],
    [1, true],
    [2, true],
    [5, true],
    [14, true],
  ])('of %i rows together are the whole list in the same order; newest first: %s', (limit, newestFirst) => {
    const { from } = everyKind();
    const to = readRun();
    inventory.version(1, { name: 'updated', location: 'westeurope' }, 'virtualMachineUpdated');
    inventory.credential(1, 'later', 'repo:later', 'federatedCredentialAdded');
    const all = [...iterateChanges(inventory.open(), { from, to }, {}, newestFirst)];
    const inOrder = [...iterateChanges(inventory.open(), { from, to }, {})];
    expect(all).toEqual(newestFirst ? inOrder.toReversed() : inOrder);
    expect(all.length).toBe(16);
    const pages: Change[] = [];
    let after: PagePosition | undefined;
    do {
      const page = listChanges(inventory.open(), { from, to }, {}, { limit, newestFirst, ...(after && { after }) });
      expect(page.value.length).toBeGreaterThan(0);
      pages.push(...page.value);
      after = page.next;
    } while (after !== undefined);
    expect(pages).toEqual(all);
  });

  test.each(['', 'x', '[', '[1,', '[1,{}]', 7, null])('with the malformed position %j begin with the run', (value) => {
    const range = everyKind();
    const page = listChanges(inventory.open(), range, {}, { limit: 99, after: { value, row: 2 } });
    expect(page.value.length).toBe(14);
    const reverse = listChanges(
      inventory.open(),
      range,
      {},
      { limit: 99, after: { value, row: 2 }, newestFirst: true },
    );
    expect(reverse.value).toEqual(page.value.toReversed());
  });
});

describe('a filter selects exactly the matching rows:', () => {
  const cases: readonly (readonly [string, ChangeFilter, readonly string[]])[] = [
    ['a kind', { kind: 'virtualMachineCreated' }, ['virtualMachineCreated']],
    ['a kind of another source', { kind: 'identityRecreated' }, ['identityRecreated']],
    ['a machine', { resourceId: idOf('UPDATED') }, ['virtualMachineUpdated', 'identityDetached']],
    ['a machine by the id that it had', { resourceId: idOf('moved') }, ['virtualMachineMoved']],
    ['an assignment', { resourceId: `${scope}/LOST` }, ['roleInheritanceLost']],
    ['a subscription as a resource', { resourceId: '/subscriptions/SUB-3' }, ['subscriptionAppeared']],
    [
      'an identity as a resource',
      { resourceId: identityId },
      ['federatedCredentialRemoved', 'federatedCredentialAdded'],
    ],
    ['an id that nothing has', { resourceId: 'nothing' }, []],
    ['a principal that came with its machine', { principalId: 'SYSTEM-2' }, ['virtualMachineDeleted']],
    ['a principal that went', { principalId: 'system-1' }, ['identityDetached']],
    [
      'a principal that was replaced, and its roles',
      { principalId: 'shared', kind: 'identityRecreated' },
      ['identityRecreated'],
    ],
    [
      'a subscription in whose listing a role stood',
      { subscriptionId: 'SUB-2' },
      ['virtualMachineMoved', 'roleRemoved', 'roleInheritanceLost', 'roleAssigned'],
    ],
    [
      'a subscription from which a machine moved',
      { subscriptionId: 'sub-1', kind: 'virtualMachineMoved' },
      ['virtualMachineMoved'],
    ],
    ['a role that it did not lose', { subscriptionId: 'sub-1', kind: 'roleInheritanceLost' }, []],
    ['an unknown subscription', { subscriptionId: 'sub-9' }, []],
  ];
  test.each(cases)('%s', (_title, filter, expected) => {
    const range = everyKind();
    expect([...iterateChanges(inventory.open(), range, filter)].map(({ kind }) => kind)).toEqual(expected);
  });

  test('every kind has one', () => {
    const { from } = everyKind();
    const to = readRun();
    const known = changeKinds.filter(
      (kind) => listChanges(inventory.open(), { from, to }, { kind }, { limit: 1 }).value.length === 1,
    );
    // The other changes of subscriptions come from the same column.
    expect(changeKinds.length - known.length).toBe(4);
  });
});

describe('the range', () => {
  test('is by default from the run before the newest to the newest', () => {
    const runs = [readRun(), readRun(), readRun()];
    const database = inventory.open();
    expect(resolveChangeRange(database, null, null)).toEqual({ from: runs[1], to: runs[2] });
    expect(resolveChangeRange(database, null, runIdOf(2))).toEqual({ from: runs[0], to: runs[1] });
    expect(resolveChangeRange(database, finishedAt(1), finishedAt(3))).toEqual({ from: runs[0], to: runs[2] });
  });

  test('of a single run is empty', () => {
    const only = readRun();
    inventory.subscription('sub-1');
    inventory.machine({ name: 'one' });
    inventory.database.exec("UPDATE machine_version SET begin_change = 'virtualMachineCreated'");
    const range = resolveChangeRange(inventory.open(), null, null);
    expect(range).toEqual({ from: null, to: only });
    expect([...iterateChanges(inventory.open(), range, {})]).toEqual([]);
  });

  test('begins at the oldest run that retention kept', () => {
    const { to } = everyKind();
    inventory.database.exec('DELETE FROM run WHERE seq < 2');
    expect([...iterateChanges(inventory.open(), { from: null, to }, {})]).toEqual([]);
  });

  test('reports which end is neither a run nor a time', () => {
    readRun();
    const resolve = (from: string | null, to: string | null) => () => resolveChangeRange(inventory.open(), from, to);
    expect(resolve('yesterday', null)).toThrow("from is 'yesterday'");
    expect(resolve(null, 'tomorrow')).toThrow("to is 'tomorrow'");
    expect(resolve(startedAt(0), null)).toThrow('No run had finished by');
  });
});
