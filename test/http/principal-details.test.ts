import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { shapes } from '../../lib/http/openapi/shapes.ts';
import { finishedAt, runIdOf } from '../database/fixtures/inventory.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { clientId, machineId, principalOf, servedInventory, sub1, sub2 } from './fixtures/served-inventory.ts';

type Served = ReturnType<typeof servedInventory>;

const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const custom = 'cccccccc-cccc-4ccc-8ccc-cccccccccccc';
const four = { actions: ['*'], notActions: ['*/delete'], dataActions: ['d/*'], notDataActions: [] };

/** Gives principal 1 roles, each with the permissions that its definition has in the database. */
function withRoles(
  served: Served,
  roles: readonly (readonly [guid: string, scope: string, permissions: unknown])[],
): void {
  const { inventory } = served;
  for (const [n, [guid, scope, permissions]] of roles.entries()) {
    const assignment = inventory.role({ id: `${scope}/assignments/${n}`, scope, principalId: principalOf(1) });
    inventory.seen(assignment, sub1);
    const definition = inventory.database
      .prepare(
        'INSERT INTO role_definition (guid, resource_id, name, permissions) VALUES (?1, ?1, ?1, ?2) RETURNING id',
      )
      .get(guid, permissions === null ? null : JSON.stringify(permissions));
    inventory.database
      .prepare('UPDATE role_assignment SET role_definition = ? WHERE id = ?')
      .run(Number(definition?.id), assignment);
  }
}

const subscription = `/subscriptions/${sub1}`;
const principal = v.looseObject({ roleAssignments: v.array(v.looseObject({})) });

async function rolesOf(served: Served, query: string) {
  const body = await (await served.send(`principals/${principalOf(1)}${query}`)).json();
  return v.parse(principal, body).roleAssignments;
}

describe('the roles of a principal', () => {
  test('have a privilege: that of the role at its scope', async () => {
    using served = servedInventory();
    withRoles(served, [
      [contributor, subscription, null],
      [custom, subscription, [{ actions: ['*'], notActions: [] }]],
      ['narrow', subscription, [{ actions: ['*/read'], notActions: [] }]],
      ['below', `${subscription}/resourceGroups/g`, [{ actions: ['*'], notActions: [] }]],
      ['unread', subscription, null],
    ]);
    const roles = await rolesOf(served, '');
    expect(roles.map(({ privilege }) => privilege)).toEqual(['medium', 'high', null, null, null]);
    expect(roles.every((role) => !('permissions' in role))).toBe(true);
  });

  test('have, expanded, all four lists, or null where they are not all known', async () => {
    using served = servedInventory();
    withRoles(served, [
      ['known', subscription, [four, { ...four, actions: [] }]],
      ['nothing', subscription, []],
      ['older', subscription, [four, { actions: ['*'], notActions: [] }]],
      ['unknown', subscription, [{ ...four, dataActions: null, notDataActions: null }]],
      ['unread', subscription, null],
    ]);
    const roles = await rolesOf(served, '?expand=permissions');
    expect(roles.map(({ permissions }) => permissions)).toEqual([
      [four, { ...four, actions: [] }],
      [],
      null,
      null,
      null,
    ]);
  });

  test('are expanded on one id only, by that name only', async () => {
    using served = servedInventory();
    const lookup = { method: 'POST', body: JSON.stringify({ ids: [principalOf(1)] }) };
    expect((await served.send('principals/lookup?expand=permissions', lookup)).status).toBe(400);
    expect((await served.send('principals?expand=permissions')).status).toBe(400);
    const other = await served.send(`principals/${principalOf(1)}?expand=roles`);
    expect([other.status, (await bodyOf(other)).error?.target]).toEqual([400, 'expand']);
  });
});

describe('the machines of a principal', () => {
  /** Principal 9 is on three machines now, and was on two. */
  function onMany(): Served {
    const served = servedInventory();
    const { inventory } = served;
    const identity = Number(inventory.database.prepare('SELECT max(id) AS id FROM identity').get()?.id);
    const machines = ['b', 'c', 'd', 'e'].map((name) => {
      const machine = inventory.machine({ name, subscription: sub1, identityType: 'UserAssigned' });
      inventory.attach(machine, identity, 1);
      return machine;
    });
    inventory.run();
    for (const machine of machines.slice(2)) inventory.detach(machine, identity);
    return served;
  }

  test.each([
    ['', 5],
    ['maxmachines=1000', 5],
    ['maxmachines=4', 4],
    ['maxmachines=1', 1],
    ['maxmachines=0', 0],
  ])('%j: as many as requested, those that have it now first, and how many these are', async (query, count) => {
    using served = onMany();
    const one = await (await served.send(`principals/${clientId}?${query}`)).json();
    const lookup = { method: 'POST', body: JSON.stringify({ ids: [principalOf(9)] }) };
    const several = await bodyOf(served.send(`principals/lookup?${query}`, lookup));
    for (const found of [one, several.value[0]]) {
      const { virtualMachines, virtualMachineCount } = v.parse(shapes.Principal, found);
      expect([virtualMachines.length, virtualMachineCount]).toEqual([count, 3]);
      expect(virtualMachines.slice(0, 3).every(({ detachedAt }) => detachedAt === null)).toBe(true);
    }
  });

  test.each(['-1', '1001', '1.5', '', 'all', '01'])('are not limited by %j', async (value) => {
    using served = servedInventory();
    const response = await served.send(`principals/${principalOf(1)}?maxmachines=${value}`);
    expect([response.status, (await bodyOf(response)).error?.target]).toEqual([400, 'maxmachines']);
  });

  test('are one count and no list for a query that selects the count', async () => {
    using served = onMany();
    const list = await bodyOf(served.send('principals?kind=UserAssigned&select=principalId,virtualMachineCount'));
    const csv = await (
      await served.send('principals?kind=UserAssigned&select=principalId,virtualMachineCount&format=csv')
    ).text();
    expect(list.value).toEqual([{ principalId: principalOf(9), virtualMachineCount: 3 }]);
    expect(csv).toBe(`principalId,virtualMachineCount\r\n${principalOf(9)},3\r\n`);
  });

  test('count once, however often a machine was given the identity', async () => {
    using served = onMany();
    const { inventory } = served;
    inventory.run();
    const again = inventory.database.prepare("SELECT id FROM machine WHERE name = 'e'").get();
    const identity = Number(inventory.database.prepare('SELECT max(id) AS id FROM identity').get()?.id);
    inventory.attach(Number(again?.id), identity, 1, { change: 'identityAttached' });
    const found = v.parse(shapes.Principal, await (await served.send(`principals/${clientId}`)).json());
    expect([found.virtualMachines.length, found.virtualMachineCount]).toEqual([6, 4]);
  });
});

describe('a list of principals', () => {
  const idsOf = async (served: Served, query: string) =>
    (await bodyOf(served.send(`principals?${query}`))).value.map(({ principalId }) => principalId);

  test('selects counts of roles and the highest privilege', async () => {
    using served = servedInventory();
    withRoles(served, [
      [contributor, subscription, null],
      [custom, '/', [{ actions: ['*'], notActions: [] }]],
    ]);
    const select = 'select=principalId,roleAssignmentCount,highestPrivilege,lastSeen';
    const { value } = await bodyOf(served.send(`principals?${select}`));
    expect(value.find(({ principalId }) => principalId === principalOf(1))).toEqual({
      principalId: principalOf(1),
      roleAssignmentCount: 2,
      highestPrivilege: 'high',
      lastSeen: expect.stringMatching(/^2026-/),
    });
    expect(value.find(({ principalId }) => principalId === principalOf(2))).toMatchObject({
      roleAssignmentCount: 0,
      highestPrivilege: null,
    });
    const csv = await (await served.send('principals?select=principalId,highestPrivilege&format=csv')).text();
    expect(csv).toContain(`${principalOf(1)},high\r\n`);
    const lookup = { method: 'POST', body: JSON.stringify({ ids: [principalOf(1), principalOf(77)] }) };
    expect((await bodyOf(served.send('principals/lookup?select=roleAssignmentCount', lookup))).value).toEqual([
      { roleAssignmentCount: 2 },
      { principalId: principalOf(77), state: 'neverSeen' },
    ]);
  });

  test('has the counts only where they are selected, and every other field as before', async () => {
    using served = servedInventory();
    const { value } = await bodyOf(served.send('principals'));
    for (const row of value) {
      expect(row).not.toHaveProperty('roleAssignmentCount');
      expect(row).not.toHaveProperty('highestPrivilege');
    }
    for (const field of [
      'clientId',
      'firstSeen',
      'lastSeen',
      'tenantId',
      'accessCoverage',
      'federatedCredentials',
      'virtualMachines',
    ] as const) {
      const selected = await bodyOf(served.send(`principals?select=${field}`));
      expect(selected.value).toEqual(value.map((row) => ({ [field]: row[field] })));
    }
  });

  test('filters by kind', async () => {
    using served = servedInventory();
    expect(await idsOf(served, 'kind=UserAssigned')).toEqual([principalOf(9)]);
    expect(await idsOf(served, 'kind=SystemAssigned')).toEqual([0, 1, 2, 3, 4].map(principalOf));
    expect((await served.send('principals?kind=userAssigned')).status).toBe(400);
  });

  test.each([
    ['a part of the principal id', principalOf(3).slice(-4).toUpperCase(), [3]],
    ['a part of the client id', clientId.slice(0, 13).toUpperCase(), [9]],
    ['a part of the identity id', 'ASSIGNEDIDENTITIES/SHA', [9]],
    ['a part of the name of a machine', 'M-1', [1]],
    ['the name of a former machine', 'vm-4', [4]],
    ['a wildcard that is none', 'v%-1', []],
    ['another wildcard', 'vm_1', []],
    ['nothing', 'nowhere', []],
  ])('contains: %s', async (_, text, expected) => {
    using served = servedInventory();
    expect(await idsOf(served, `contains=${encodeURIComponent(text)}`)).toEqual(expected.map(principalOf));
  });

  test('contains ignores letter case beyond ASCII', async () => {
    using served = servedInventory();
    const { inventory } = served;
    const machine = inventory.machine({ name: 'MÅSTE', subscription: sub1, identityType: 'SystemAssigned' });
    inventory.attach(machine, inventory.systemAssigned(principalOf(60)), 0);
    expect(await idsOf(served, `contains=${encodeURIComponent('måst')}`)).toEqual([principalOf(60)]);
  });

  test('contains goes with the other filters and with pages', async () => {
    using served = servedInventory();
    expect(await idsOf(served, `contains=vm-&subscriptionId=${sub1}&state=attached`)).toEqual(
      [0, 1, 2, 3].map(principalOf),
    );
    expect(await idsOf(served, `contains=vm-&subscriptionId=${sub2}`)).toEqual([principalOf(9)]);
    const first = await bodyOf(served.send('principals?contains=vm-&kind=SystemAssigned&maxpagesize=3'));
    const second = await bodyOf(served.send(first.nextLink.slice('https://inventory.example/api/'.length)));
    expect([...first.value, ...second.value].map(({ principalId }) => principalId)).toEqual(
      [0, 1, 2, 3, 4].map(principalOf),
    );
    expect(await idsOf(served, `contains=vm-4&asOf=${runIdOf(1)}`)).toEqual([principalOf(4)]);
  });

  test('has the same filters as a report', async () => {
    using served = servedInventory();
    const csv = await (await served.send('reports/principals.csv?kind=SystemAssigned&contains=vm-1')).text();
    expect(csv.split('\r\n').filter((line) => line.startsWith('aaaaaaaa')).length).toBe(1);
    expect((await served.send('reports/principals.csv?kind=roleAssigned')).status).toBe(400);
    expect((await served.send('reports/changes.csv?kind=SystemAssigned')).status).toBe(400);
    expect((await served.send('reports/findings.csv?contains=vm-1')).status).toBe(400);
  });
});

describe('one principal and one machine', () => {
  const shown = {
    asOf: finishedAt(2),
    runId: runIdOf(2),
    complete: expect.any(Boolean),
    coverage: expect.objectContaining({ blindSpots: 0 }),
  };

  test('say in the body which run they show, and how complete it is', async () => {
    using served = servedInventory();
    for (const path of [`principals/${principalOf(1)}`, machineId('vm-1').slice(1)]) {
      for (const query of ['', '?select=tenantId', '?select=name']) {
        const response = await served.send(`${path}${query}`);
        if (response.status === 400) continue;
        const body = await bodyOf(response);
        expect(body).toMatchObject(shown);
        expect(String(body.complete)).toBe(response.headers.get('x-inventory-complete'));
      }
    }
  });

  test('have their shapes', async () => {
    using served = servedInventory();
    withRoles(served, [['known', subscription, [four]]]);
    const one: unknown = await (await served.send(`principals/${principalOf(1)}?expand=permissions`)).json();
    const machine: unknown = await (await served.send(machineId('vm-1').slice(1))).json();
    expect(v.parse(shapes.PrincipalOrLive, one)).toEqual(one);
    expect(v.parse(shapes.VirtualMachineById, machine)).toEqual(machine);
  });
});
