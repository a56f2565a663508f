import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { shapes } from '../../lib/http/openapi/shapes.ts';
import { runIdOf } from '../database/fixtures/inventory.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { clientId, machineId, principalOf, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

type Served = ReturnType<typeof servedInventory>;

const answer = v.looseObject({ value: v.array(shapes.SearchHit), truncated: v.boolean() });

async function searched(served: Served, q: string, more = '') {
  return v.parse(answer, await (await served.send(`search?q=${encodeURIComponent(q)}${more}`)).json());
}

/** What a search finds, in words: `virtualMachine vm-1 name exact`. */
async function found(served: Served, q: string, more = '') {
  const { value } = await searched(served, q, more);
  return value.map(({ kind, label, match, exact }) => `${kind} ${label} ${match}${exact ? ' exact' : ''}`);
}

describe('search by id', () => {
  test.each([
    ['a principal id', principalOf(1), { kind: 'principal', id: principalOf(1), match: 'principalId', label: 'vm-1' }],
    ['a client id', clientId, { kind: 'principal', id: principalOf(9), match: 'clientId', label: 'shared' }],
    ['a subscription id', sub1, { kind: 'subscription', id: `/subscriptions/${sub1}`, match: 'subscriptionId' }],
    ['the id of a machine', machineId('vm-1'), { kind: 'virtualMachine', match: 'id', principalId: principalOf(1) }],
    [
      'the id of a group',
      `/subscriptions/${sub1}/resourceGroups/Group-1`,
      { kind: 'resourceGroup', label: 'Group-1', match: 'id' },
    ],
    ['a resource id of a subscription', `/subscriptions/${sub2}/`, { kind: 'subscription', match: 'id' }],
    [
      'the id of an identity',
      `/subscriptions/${sub2}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shared`,
      { kind: 'identity', label: 'shared', match: 'id', principalId: principalOf(9) },
    ],
  ])('finds %s in any letter case, and nothing else', async (_, id, expected) => {
    using served = servedInventory();
    for (const q of [id, id.toUpperCase(), id.toLowerCase()]) {
      const { value, truncated } = await searched(served, q);
      expect(value, q).toMatchObject([{ ...expected, exact: true }]);
      expect(truncated).toBe(false);
    }
  });

  test('finds a VM id, and says when another machine has taken the place', async () => {
    using served = servedInventory();
    const { inventory } = served;
    const [first, second] = ['dddddddd-0000-4000-8000-00000000000A', 'dddddddd-0000-4000-8000-00000000000B'];
    const row = { name: 'again', subscription: sub1, identityType: 'SystemAssigned' } as const;
    const machine = inventory.machine({ ...row, vmId: first });
    const before = inventory.systemAssigned(principalOf(31));
    inventory.attach(machine, before, 0);
    inventory.run();
    inventory.detach(machine, before, 'identityRecreated');
    inventory.version(machine, { ...row, vmId: second }, 'virtualMachineRecreated');
    inventory.attach(machine, inventory.systemAssigned(principalOf(32)), 0);

    const hits = await Promise.all([first, second.toLowerCase(), 'DDDDDDDD'].map((id) => searched(served, id)));

    const [old, present, both] = hits.map(({ value }) => value);
    expect(old).toMatchObject([
      { kind: 'virtualMachine', label: 'again', match: 'vmId', exact: true, principalId: principalOf(31) },
    ]);
    expect(old?.[0]?.detail).toContain('had this VM id until 1 Nov 2026');
    expect(present).toMatchObject([{ id: machineId('again'), exact: true, principalId: principalOf(32) }]);
    expect(present?.[0]?.detail).not.toContain('until');
    expect(both).toMatchObject([{ label: 'again', exact: false }]);
  });

  test('finds GUIDs from their beginning', async () => {
    using served = servedInventory();
    expect(await found(served, principalOf(1).slice(0, 30), '&limit=3')).toEqual([
      'principal vm-0 principalId',
      'principal vm-1 principalId',
      'principal vm-2 principalId',
    ]);
    expect(await found(served, clientId.slice(0, 8))).toEqual(['principal shared clientId']);
    expect(await found(served, sub2.slice(0, 13).toUpperCase())).toContain(
      `subscription Name of ${sub2} subscriptionId`,
    );
  });

  test('an id that nothing has finds nothing, and the answer says how complete it is', async () => {
    using served = servedInventory();
    for (const q of [
      principalOf(77),
      machineId('never'),
      '/subscriptions/x',
      '/providers/Microsoft.Management/managementGroups/x',
    ]) {
      const body = await bodyOf(served.send(`search?q=${encodeURIComponent(q)}`));
      expect(body).toMatchObject({ value: [], truncated: false, complete: false, runId: runIdOf(2) });
    }
  });
});

describe('search by name', () => {
  test('has exact hits first, then those that begin with the text, then those that contain it', async () => {
    using served = servedInventory();
    const { inventory } = served;
    for (const name of ['web-1', 'my-web', 'WEB', 'web'])
      inventory.machine({ name, subscription: sub1, resourceGroup: `g-${name}` });
    inventory.machine({ name: 'web-set', subscription: sub1, type: 1 });
    inventory.machine({ name: 'arc-web', subscription: sub1, type: 2 });
    inventory.subscription('66666666-6666-4666-8666-666666666666', { displayName: 'Webshop' });

    expect(await found(served, 'wEb')).toEqual([
      'virtualMachine WEB name exact',
      'virtualMachine web name exact',
      'virtualMachine web-1 name',
      'scaleSet web-set name',
      'subscription Webshop displayName',
      'virtualMachine my-web name',
      'arc arc-web name',
      'resourceGroup g-my-web name',
      'resourceGroup g-WEB name',
      'resourceGroup g-web-1 name',
    ]);
  });

  test('takes % and _ as they are', async () => {
    using served = servedInventory();
    const { inventory } = served;
    for (const name of ['a_b', 'axb', 'a%b']) inventory.machine({ name, subscription: sub1 });
    const labels = async (q: string) => (await searched(served, q)).value.map(({ label }) => label);
    expect(await labels('a_b')).toEqual(['a_b']);
    expect(await labels('a%b')).toEqual(['a%b']);
    expect(await labels('%%')).toEqual([]);
    expect(await labels('__')).toEqual([]);
  });

  test.each([
    ['INSTRUKTØRER', 'instruktører'],
    ['ΌΔΟΣ', 'όδος'],
    ['ŻÓŁW', 'żółw'],
  ])('ignores the letter case of %s beyond ASCII', async (given, name) => {
    using served = servedInventory();
    const { inventory } = served;
    inventory.machine({ name, subscription: sub1, resourceGroup: name });
    inventory.subscription('66666666-6666-4666-8666-666666666666', { displayName: name });
    const resourceId = `/subscriptions/${sub1}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
    inventory.attach(1, inventory.userAssigned({ resourceId, principalId: principalOf(50), clientId: null }), 1);
    expect(await found(served, given)).toEqual([
      `virtualMachine ${name} name exact`,
      `identity ${name} name exact`,
      `resourceGroup ${name} name exact`,
      `subscription ${name} displayName exact`,
    ]);
  });

  test('finds an identity by its own name only, once for all its principals', async () => {
    using served = servedInventory();
    const { inventory } = served;
    const resourceId = `/subscriptions/${sub1}/resourceGroups/web-ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Id-App`;
    const old = inventory.userAssigned({ resourceId, principalId: principalOf(40), clientId: null });
    inventory.attach(1, old, 1);
    inventory.run();
    inventory.detach(1, old, 'identityRecreated');
    inventory.attach(
      1,
      inventory.userAssigned({ resourceId: resourceId.toLowerCase(), principalId: principalOf(41), clientId: null }),
      1,
    );
    const { value } = await searched(served, 'id-APP');
    expect(value).toMatchObject([
      { kind: 'identity', principalId: principalOf(41), exact: true, detail: 'user-assigned identity, on 1 machine' },
    ]);
    expect(await found(served, 'web-ids')).toEqual([]);
    expect(await found(served, 'userassigned')).toEqual([]);
  });
});

describe('search in the past', () => {
  test('says what became of machines and principals', async () => {
    using served = servedInventory();
    const { inventory } = served;
    const moved = inventory.machine({ name: 'fate-moved', subscription: sub1 });
    const out = inventory.machine({ name: 'fate-out', subscription: sub1 });
    const unseen = inventory.machine({ name: 'fate-unseen', subscription: sub1 });
    inventory.end(moved, 'virtualMachineMoved');
    inventory.end(out, 'outOfScope');
    inventory.unseen(unseen, '2026-10-31T23:59:59Z');
    const detailOf = async (q: string) => (await searched(served, q)).value[0]?.detail;

    expect(await detailOf('vm-4')).toBe(
      `Group-1 in Name of ${sub1}, westeurope, deleted 1 Nov 2026`.replace('westeurope', 'northeurope'),
    );
    expect(await detailOf(principalOf(4))).toBe('system-assigned identity, deleted 1 Nov 2026');
    expect(await detailOf('fate-moved')).toContain('moved away 1 Nov 2026');
    expect(await detailOf('fate-out')).toContain('out of scope since 1 Nov 2026');
    expect(await detailOf('fate-unseen')).toContain('last seen 31 Oct 2026');
    // Its subscription was denied, so nothing is known of it now.
    expect(await detailOf('=vm-other')).toContain('last seen 1 Nov 2026');
    expect(await detailOf('vm-1')).toBe(`Group-1 in Name of ${sub1}, westeurope`);
  });

  test('lists what exists before what has ended', async () => {
    using served = servedInventory();
    const { inventory } = served;
    for (let n = 0; n < 9; n += 1)
      inventory.end(inventory.machine({ name: `node-a${n}`, subscription: sub1 }), 'virtualMachineDeleted');
    inventory.machine({ name: 'node-b', subscription: sub1 });
    const { value, truncated } = await searched(served, 'node');
    expect(value).toHaveLength(8);
    expect(value[0]).toMatchObject({ label: 'node-b' });
    expect(truncated).toBe(true);
  });

  test('of an earlier run knows what that run knew', async () => {
    using served = servedInventory();
    served.inventory.machine({ name: 'vm-late', subscription: sub1, resourceGroup: 'group-late' });
    const at = `&asOf=${runIdOf(1)}`;
    expect(await found(served, 'late')).toHaveLength(2);
    expect(await found(served, 'late', at)).toEqual([]);
    expect((await searched(served, 'vm-4', at)).value[0]?.detail).not.toContain('deleted');
  });

  test('finds subscriptions that are not visible', async () => {
    using served = servedInventory();
    const { inventory } = served;
    const [lost, blind] = ['66666666-6666-4666-8666-666666666666', '77777777-7777-4777-8777-777777777777'];
    inventory.subscription(lost, { visibility: 'lost' });
    inventory.blindSpot(lost);
    inventory.blindSpot(blind, 'managementGroup');
    expect((await searched(served, lost)).value).toMatchObject([
      { kind: 'subscription', detail: 'no longer visible to the app' },
    ]);
    expect((await searched(served, blind)).value).toMatchObject([
      { label: blind, detail: 'never read: not visible to the app' },
    ]);
    expect((await searched(served, sub2)).value).toMatchObject([{ detail: '1 virtual machine, reading was denied' }]);
  });
});

describe('the parameters of a search', () => {
  test('limit counts hits of each kind', async () => {
    using served = servedInventory();
    served.inventory.machine({ name: 'vm-arc', subscription: sub1, type: 2 });
    const four = await found(served, 'vm-', '&limit=4');
    expect(four).toEqual([...[0, 1, 2, 3].map((n) => `virtualMachine vm-${n} name`), 'arc vm-arc name']);
    expect((await searched(served, 'vm-', '&limit=5')).truncated).toBe(true);
    const { value, truncated } = await searched(served, 'vm-', '&limit=6');
    expect([value.length, truncated]).toEqual([7, false]);
  });

  test.each([
    ['', 'q'],
    ['q=', 'q'],
    ['q=a', 'q'],
    [`q=${'a'.repeat(257)}`, 'q'],
    [`q=/${'a'.repeat(1024)}`, 'q'],
    ['q=a%00b', 'q'],
    ['q=vm&limit=0', 'limit'],
    ['q=vm&limit=21', 'limit'],
    ['q=vm&limit=8.0', 'limit'],
    ['q=vm&asOf=yesterday', 'asOf'],
    ['q=vm&kind=arc', 'kind'],
  ])('are checked: %s is refused', async (query, target) => {
    using served = servedInventory();
    const response = await served.send(`search?${query}`);
    expect(response.status).toBe(400);
    expect((await bodyOf(response)).error).toMatchObject({ target });
  });

  test('the id of a machine or an identity may be as long as Azure allows, which is more than 256 characters', async () => {
    using served = servedInventory();
    const [group, name] = ['g'.repeat(90), 'n'.repeat(128)];
    const resourceId = `/subscriptions/${sub1}/resourceGroups/${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
    const { inventory } = served;
    const machine = inventory.machine({ name: 'm', subscription: sub1, identityType: 'UserAssigned' });
    inventory.attach(machine, inventory.userAssigned({ principalId: principalOf(41), resourceId, clientId: null }), 0);

    expect(resourceId.length).toBeGreaterThan(256);
    for (const q of [resourceId, resourceId.toUpperCase()])
      expect((await searched(served, q)).value).toMatchObject([
        { kind: 'identity', id: resourceId, exact: true, principalId: principalOf(41) },
      ]);
  });

  test('256 characters are not too many', async () => {
    using served = servedInventory();
    expect((await served.send(`search?q=${'%F0%9F%A6%86'.repeat(256)}`)).status).toBe(200);
  });
});
