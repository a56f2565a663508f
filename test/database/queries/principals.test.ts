import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  iteratePrincipals,
  listPrincipals,
  lookupPrincipals,
} from '../../../lib/database/queries/principals/principals.ts';
import type { CoverageStatus } from '../../../lib/inventory/coverage.ts';
import type { AsOf, PrincipalFilter } from '../../../lib/inventory/query.ts';
import { createInventory, type Inventory, readAt } from '../fixtures/inventory.ts';

const system = '11111111-aaaa-4aaa-8aaa-111111111111';
const shared = '22222222-bbbb-4bbb-8bbb-222222222222';
const client = '33333333-cccc-4ccc-8ccc-333333333333';
const identityId =
  '/subscriptions/sub-1/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one';
const idOf = (name: string) =>
  `/subscriptions/sub-1/resourceGroups/Group-1/providers/Microsoft.Compute/virtualMachines/${name}`;

let inventory: Inventory;
let first: AsOf;
/** One machine with a system-assigned identity, and two that share a user-assigned identity. */
let machines: { own: number; one: number; two: number };
let identities: { system: number; shared: number };

const readRun = (): AsOf => {
  const asOf = inventory.run();
  inventory.read('sub-1');
  return asOf;
};
const attachShared = () => {
  for (const machine of [machines.one, machines.two]) inventory.attach(machine, identities.shared, 1);
};
beforeEach(() => {
  inventory = createInventory();
  first = readRun();
  inventory.subscription('sub-1');
  machines = {
    own: inventory.machine({ name: 'own', identityType: 'SystemAssigned', tags: { env: 'prod' } }),
    one: inventory.machine({ name: 'one', identityType: 'UserAssigned' }),
    two: inventory.machine({ name: 'two', identityType: 'UserAssigned' }),
  };
  identities = {
    system: inventory.systemAssigned(system),
    shared: inventory.userAssigned({ resourceId: identityId, principalId: shared, clientId: client }),
  };
  inventory.attach(machines.own, identities.system, 0);
  attachShared();
});
afterEach(() => inventory[Symbol.dispose]());

const lookup = (asOf: AsOf, ...ids: string[]) => lookupPrincipals(inventory.open(), asOf, ids);
const statesAt = (asOf: AsOf) => lookup(asOf, system, shared).map((principal) => principal.state);
const list = (asOf: AsOf, filter: PrincipalFilter) =>
  listPrincipals(inventory.open(), asOf, filter, { limit: 10 }).value.map((principal) => principal.principalId);

test('a principal has every field of its shape', () => {
  expect(lookup(first, shared)).toEqual([
    {
      principalId: shared,
      clientId: client,
      kind: 'UserAssigned',
      identityId,
      tenantId: 'tenant-1',
      state: 'attached',
      firstSeen: readAt(1),
      lastSeen: readAt(1),
      accessCoverage: { direct: 'notRead', groups: 'notRead', directory: 'notRead' },
      virtualMachineCount: 2,
      virtualMachines: [
        { id: idOf('one'), name: 'one', subscriptionId: 'sub-1', attachedFrom: readAt(1), detachedAt: null },
        { id: idOf('two'), name: 'two', subscriptionId: 'sub-1', attachedFrom: readAt(1), detachedAt: null },
      ],
      roleAssignments: [],
      federatedCredentials: [],
    },
  ]);
});

test('lookups answer in the order given, by principal id or client id, in any casing, even repeated or never seen', () => {
  const asked = [client.toUpperCase(), 'Never-Seen', system.toUpperCase(), shared, system];
  const answers = lookup(first, ...asked);
  expect(answers.map((answer) => answer.principalId)).toEqual([shared, 'Never-Seen', system, shared, system]);
  expect(answers[1]).toEqual({ principalId: 'Never-Seen', state: 'neverSeen' });
  expect(answers[0]).toEqual(answers[3]);
  expect(lookup(first)).toEqual([]);
});

test('a principal that appeared after the run was never seen at the run', () => {
  readRun();
  inventory.attach(machines.own, inventory.systemAssigned('later'), 0, { change: 'identityRecreated' });
  expect(lookup(first, 'later')).toEqual([{ principalId: 'later', state: 'neverSeen' }]);
  expect(list(first, {})).toEqual([system, shared]);
});

test('the history stays after the machine is deleted', () => {
  readRun();
  const deleted = readRun();
  inventory.end(machines.own, 'virtualMachineDeleted');
  readRun();
  const [now, before] = [...lookup(deleted, system), ...lookup(first, system)];
  const machine = { id: idOf('own'), name: 'own', subscriptionId: 'sub-1', attachedFrom: readAt(1) };
  expect(now).toMatchObject({
    state: 'gone',
    firstSeen: readAt(1),
    lastSeen: readAt(2),
    virtualMachines: [{ ...machine, detachedAt: readAt(3) }],
  });
  expect(before).toMatchObject({ state: 'attached', virtualMachines: [{ ...machine, detachedAt: null }] });
});

test('an identity that was attached twice shows both times, the present one first', () => {
  readRun();
  inventory.detach(machines.one, identities.shared);
  const asOf = readRun();
  inventory.attach(machines.one, identities.shared, 1, { change: 'identityAttached' });
  const [principal] = lookup(asOf, shared);
  expect(principal).toMatchObject({
    virtualMachines: [
      { name: 'one', attachedFrom: readAt(3), detachedAt: null },
      { name: 'two', attachedFrom: readAt(1), detachedAt: null },
      { name: 'one', attachedFrom: readAt(1), detachedAt: readAt(2) },
    ],
  });
});

test('an identity whose client id became known is one principal', () => {
  const asOf = readRun();
  inventory.detach(machines.one, identities.shared, 'identityRecreated');
  const known = inventory.userAssigned({
    resourceId: identityId,
    principalId: shared.toUpperCase(),
    clientId: 'new-client',
  });
  inventory.attach(machines.one, known, 1);
  expect(list(asOf, {})).toEqual([system, shared.toUpperCase()]);
  const [byOld, byNew] = lookup(asOf, client, 'NEW-client');
  expect(byOld).toEqual(byNew);
  expect(byNew).toMatchObject({ clientId: 'new-client', state: 'attached' });
  expect(lookup(first, shared)).toMatchObject([{ principalId: shared, clientId: client }]);
});

describe('the state of a principal', () => {
  const endAll = (change: string) => {
    for (const machine of Object.values(machines)) inventory.end(machine, change);
  };
  test.each([
    ['virtualMachineDeleted', ['gone', 'unknown']],
    ['virtualMachineMoved', ['gone', 'unknown']],
    ['outOfScope', ['unknown', 'unknown']],
    ['subscriptionForgotten', ['unknown', 'unknown']],
  ])('after %s is %s', (change, expected) => {
    const asOf = readRun();
    endAll(change);
    expect(statesAt(asOf)).toEqual(expected);
    expect(statesAt(first)).toEqual(['attached', 'attached']);
  });

  test('is attached while one machine has it', () => {
    const asOf = readRun();
    inventory.end(machines.one, 'virtualMachineDeleted');
    expect(statesAt(asOf)).toEqual(['attached', 'attached']);
  });

  test('is unknown when the last of its machines is no longer read', () => {
    readRun();
    inventory.end(machines.one, 'virtualMachineDeleted');
    const asOf = readRun();
    inventory.end(machines.two, 'outOfScope');
    expect(statesAt(asOf)).toEqual(['attached', 'unknown']);
  });

  test('is gone when a machine that was out of scope came back and was deleted', () => {
    readRun();
    inventory.end(machines.own, 'outOfScope');
    readRun();
    inventory.version(machines.own, { name: 'own' }, 'virtualMachineCreated');
    inventory.attach(machines.own, identities.system, 0, { change: 'identityAttached' });
    const asOf = readRun();
    inventory.end(machines.own, 'virtualMachineDeleted');
    expect(statesAt(asOf)).toEqual(['gone', 'attached']);
  });

  test('is gone or detached after it was removed from a machine that still exists', () => {
    const asOf = readRun();
    inventory.read('sub-1', 'complete', { kind: 'identities' });
    inventory.presence(identities.shared, true);
    inventory.detach(machines.own, identities.system);
    inventory.detach(machines.one, identities.shared);
    inventory.detach(machines.two, identities.shared);
    expect(statesAt(asOf)).toEqual(['gone', 'detached']);
  });

  test('is unknown after its subscription changed tenant', () => {
    const asOf = readRun();
    inventory.detach(machines.own, identities.system, 'tenantChanged');
    expect(statesAt(asOf)).toEqual(['unknown', 'attached']);
  });

  test('stays attached in a lost subscription and keeps its last seen time', () => {
    const asOf = inventory.run();
    inventory.subscription('sub-1', { visibility: 'lost' });
    expect(lookup(asOf, system)).toMatchObject([{ state: 'attached', lastSeen: readAt(1) }]);
  });

  test('has no newer last seen time from a reading without its machine', () => {
    const asOf = inventory.run();
    inventory.read('sub-1', 'partial');
    inventory.unseen(machines.own, readAt(1));
    expect(lookup(asOf, system)).toMatchObject([{ state: 'attached', lastSeen: readAt(1) }]);
    expect(lookup(asOf, shared)).toMatchObject([{ lastSeen: readAt(2) }]);
  });
});

describe('the state of a user-assigned identity on no machine', () => {
  const lone = '44444444-dddd-4ddd-8ddd-444444444444';
  const listedIn = (status: CoverageStatus): { asOf: AsOf; identity: number } => {
    const asOf = readRun();
    inventory.read('sub-1', status, { kind: 'identities' });
    const resourceId = identityId.replace(/one$/, 'lone');
    return { asOf, identity: inventory.userAssigned({ resourceId, principalId: lone, clientId: 'lone-client' }) };
  };
  const stateOf = (asOf: AsOf) => lookup(asOf, lone)[0]?.state;

  test('is detached while its subscription lists it and no machine has it', () => {
    const { asOf, identity } = listedIn('complete');
    inventory.presence(identity, true);
    expect(lookup(asOf, 'LONE-client')).toMatchObject([
      {
        principalId: lone,
        clientId: 'lone-client',
        identityId: identityId.replace(/one$/, 'lone'),
        tenantId: 'tenant-1',
        state: 'detached',
        firstSeen: readAt(2),
        lastSeen: readAt(2),
        virtualMachines: [],
      },
    ]);
    expect(list(asOf, {})).toEqual([system, shared, lone]);
    expect(list(asOf, { subscriptionId: 'SUB-1' })).toEqual([system, shared, lone]);
    expect(list(asOf, { subscriptionId: 'sub-1', name: 'own' })).toEqual([system]);
    expect(list(asOf, { state: 'detached' })).toEqual([lone]);
    expect(lookup(first, lone)).toEqual([{ principalId: lone, state: 'neverSeen' }]);
  });

  test.each(['failed', 'denied'] as const)('is unknown while its subscription %s, and unchanged before', (status) => {
    const { asOf, identity } = listedIn('complete');
    inventory.presence(identity, true);
    const unread = readRun();
    inventory.read('sub-1', status, { kind: 'identities' });
    expect([stateOf(asOf), stateOf(unread)]).toEqual(['detached', 'unknown']);
    expect(lookup(unread, lone)).toMatchObject([{ lastSeen: readAt(2) }]);
  });

  test('is unknown after an incomplete listing without it', () => {
    const { identity } = listedIn('complete');
    inventory.presence(identity, true);
    const asOf = readRun();
    inventory.read('sub-1', 'partial', { kind: 'identities' });
    inventory.unlisted(identity, readAt(2));
    expect(stateOf(asOf)).toBe('unknown');
  });

  test('is unknown while its subscription is lost or out of scope', () => {
    const { identity } = listedIn('complete');
    inventory.presence(identity, true);
    const lost = inventory.run();
    inventory.subscription('sub-1', { visibility: 'lost' });
    const out = inventory.run();
    inventory.subscription('sub-1', { visibility: 'outOfScope' });
    inventory.presence(identity, null);
    expect([stateOf(lost), stateOf(out)]).toEqual(['unknown', 'unknown']);
  });

  test('is gone after its absence is confirmed, even when it is no longer read', () => {
    const { identity } = listedIn('complete');
    inventory.presence(identity, true);
    const gone = readRun();
    inventory.read('sub-1', 'complete', { kind: 'identities' });
    inventory.presence(identity, false);
    const unread = readRun();
    inventory.read('sub-1', 'failed', { kind: 'identities' });
    expect([stateOf(gone), stateOf(unread)]).toEqual(['gone', 'gone']);
  });
});

test('an identity on a machine is dangling after its absence is confirmed, otherwise attached', () => {
  inventory.presence(identities.shared, true);
  const unread = readRun();
  inventory.read('sub-1', 'failed', { kind: 'identities' });
  const asOf = readRun();
  inventory.read('sub-1', 'complete', { kind: 'identities' });
  inventory.presence(identities.shared, false);
  expect([statesAt(first), statesAt(unread), statesAt(asOf)]).toEqual([
    ['attached', 'attached'],
    ['attached', 'attached'],
    ['attached', 'dangling'],
  ]);
  expect([list(asOf, { state: 'dangling' }), list(asOf, { state: 'attached' })]).toEqual([[shared], [system]]);
});

describe('the access of a principal', () => {
  const subscription = '/subscriptions/sub-1';
  const inherited = '/providers/Microsoft.Management/managementGroups/top';
  const roleOf = (asOf: AsOf) =>
    lookup(asOf, shared).map((principal) => 'roleAssignments' in principal && principal.roleAssignments)[0];

  test('has each assignment once, inherited or not, as of each run', () => {
    const below = inventory.role({
      id: `${subscription}/a`,
      scope: `${subscription}/resourceGroups/g`,
      principalId: shared,
    });
    const above = inventory.role({ id: `${inherited}/b`, scope: inherited, principalId: shared.toUpperCase() });
    inventory.seen(below, 'sub-1');
    for (const id of ['sub-1', 'sub-2']) inventory.seen(above, id);
    const second = readRun();
    inventory.noLongerSeen(below, 'sub-1', null);
    const changed = inventory.role({
      id: `${subscription}/a`,
      scope: `${subscription}/resourceGroups/g`,
      principalId: shared,
      condition: '@x',
      replaces: below,
    });
    inventory.seen(changed, 'sub-1', 'roleAssigned');
    const third = readRun();
    inventory.noLongerSeen(changed, 'sub-1', 'roleRemoved');
    inventory.noLongerSeen(above, 'sub-1', 'roleInheritanceLost');
    const notRated = { privilege: null, privilegePlane: null };
    const role = { roleDefinitionId: '/roles/reader', roleDefinitionName: 'Reader', condition: null, ...notRated };
    const atTop = { ...role, id: `${inherited}/b`, scope: inherited, inherited: true };
    const atGroup = { ...role, id: `${subscription}/a`, scope: `${subscription}/resourceGroups/g`, inherited: false };
    expect(roleOf(first)).toEqual([atGroup, atTop]);
    expect(roleOf(second)).toEqual([atTop, { ...atGroup, condition: '@x' }]);
    expect(roleOf(third)).toEqual([atTop]);
    expect(lookup(first, system)).toMatchObject([{ roleAssignments: [] }]);
  });

  test('has the coverage of the role assignments that were read', () => {
    inventory.read('sub-1', 'complete', { kind: 'roleAssignments' });
    const partial = readRun();
    inventory.read('sub-1', 'complete', { kind: 'roleAssignments' });
    inventory.subscription('sub-2');
    inventory.read('sub-2', 'complete');
    inventory.read('sub-2', 'denied', { kind: 'roleAssignments' });
    const blind = readRun();
    inventory.read('sub-1', 'complete', { kind: 'roleAssignments' });
    inventory.subscription('sub-2', { visibility: 'forgotten' });
    inventory.blindSpot('sub-3');
    const unread = readRun();
    inventory.read('sub-1', 'failed', { kind: 'roleAssignments' });
    const directAt = (asOf: AsOf) =>
      lookup(asOf, shared).map((principal) => 'accessCoverage' in principal && principal.accessCoverage.direct)[0];
    expect([first, partial, blind, unread].map(directAt)).toEqual(['complete', 'partial', 'partial', 'notRead']);
  });

  test('has the privilege of each role and its plane, and says where data actions are not known', () => {
    const data = { dataActions: ['Microsoft.KeyVault/*'], notDataActions: [] };
    const permissionsOf = (entry: object) => JSON.stringify([entry]);
    const assign = (name: string, permissions: string, scope = subscription, principalId = shared) =>
      inventory.seen(
        inventory.role({ id: `${scope}/${name}`, scope, principalId, definition: { name, permissions } }),
        'sub-1',
      );
    assign('Secrets', permissionsOf({ actions: [], notActions: [], ...data }));
    assign('All', permissionsOf({ actions: ['*'], notActions: [], ...data }), '/');
    assign('Secrets', '', `${subscription}/resourceGroups/g`);
    const old = readRun();
    assign('Old', permissionsOf({ actions: ['*'], notActions: [] }));
    const rated = (asOf: AsOf) =>
      roleOf(asOf) === false
        ? []
        : Array.from(roleOf(asOf) || [], (one) => [one.roleDefinitionName, one.privilege, one.privilegePlane]);
    const before = [
      ['Secrets', 'medium', 'data'],
      ['All', 'high', 'both'],
      ['Secrets', null, null],
    ];
    expect(rated(first)).toEqual(before);
    expect(rated(old)).toEqual([...before, ['Old', 'high', null]]);
    const coverageOf = (asOf: AsOf, id: string) =>
      lookup(asOf, id).map((principal) => 'accessCoverage' in principal && principal.accessCoverage)[0];
    expect(coverageOf(first, shared)).toEqual({ direct: 'notRead', groups: 'notRead', directory: 'notRead' });
    expect(coverageOf(old, shared)).toMatchObject({ dataActions: 'notRead' });
    expect(coverageOf(old, system)).not.toHaveProperty('dataActions');
  });

  test('has the federated credentials of each run', () => {
    inventory.credential(identities.shared, 'deploy', 'repo:one');
    const second = readRun();
    inventory.endCredential(identities.shared, 'deploy', null);
    inventory.credential(identities.shared, 'deploy', 'repo:two', 'federatedCredentialAdded');
    inventory.credential(identities.shared, 'build', 'repo:three', 'federatedCredentialAdded');
    const credential = { name: 'deploy', issuer: 'https://issuer', audiences: ['api://audience'] };
    expect(lookup(first, shared)).toMatchObject([{ federatedCredentials: [{ ...credential, subject: 'repo:one' }] }]);
    expect(lookup(second, shared)).toMatchObject([
      { federatedCredentials: [{ name: 'build' }, { ...credential, subject: 'repo:two' }] },
    ]);
  });
});

describe('a filter selects exactly the matching rows:', () => {
  const cases: readonly (readonly [string, PrincipalFilter, readonly string[]])[] = [
    ['none', {}, [system, shared]],
    ['state attached', { state: 'attached' }, [shared]],
    ['state gone', { state: 'gone' }, [system]],
    ['state dangling', { state: 'dangling' }, []],
    ['principalId', { principalId: shared.toUpperCase() }, [shared]],
    ['clientId', { clientId: client.toUpperCase() }, [shared]],
    ['clientId that is a principalId', { clientId: shared }, []],
    ['subscriptionId', { subscriptionId: 'SUB-1' }, [system, shared]],
    ['another subscriptionId', { subscriptionId: 'sub-2' }, []],
    ['a name, of a machine that is gone', { name: 'OWN' }, [system]],
    ['a tag of a machine that is gone', { tags: [{ name: 'env', value: 'prod' }] }, [system]],
    ['on machines that exist', { deleted: false }, [shared]],
    ['on deleted machines', { deleted: true }, [system]],
    ['several at once', { name: 'own', state: 'attached' }, []],
  ];
  test.each(cases)('%s', (_title, filter, expected) => {
    const asOf = readRun();
    inventory.end(machines.own, 'virtualMachineDeleted');
    expect(list(asOf, filter)).toEqual(expected);
    expect([...iteratePrincipals(inventory.open(), asOf, filter)].map((row) => row.principalId)).toEqual(expected);
  });
});
