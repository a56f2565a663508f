import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { InventoryError } from '../../lib/errors.ts';
import { upstreamError } from '../../lib/http/request-error.ts';
import type { Coverage } from '../../lib/inventory/coverage.ts';
import { type LiveAccess, type LiveRoleAssignment, livePrincipalShape } from '../../lib/inventory/live-principal.ts';
import type { LiveList } from '../../lib/inventory/query.ts';
import type { VirtualMachine } from '../../lib/inventory/virtual-machine.ts';
import { bodyOf } from './fixtures/body-of.ts';
import { clientId, machineId, principalOf, servedInventory, sub1 } from './fixtures/served-inventory.ts';

const list = `subscriptions/${sub1}/providers/Microsoft.Compute/virtualMachines?live=true`;
const one = `subscriptions/${sub1}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm?live=true`;

function machine(name: string, principalId: string | null): VirtualMachine {
  return {
    id: `/subscriptions/${sub1}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/${name}`,
    name,
    type: 'Microsoft.Compute/virtualMachines',
    subscriptionId: sub1,
    subscriptionName: 'One',
    resourceGroup: 'g',
    location: 'westeurope',
    zones: [],
    vmId: null,
    vmSize: null,
    osType: 'Linux',
    priority: 'Regular',
    provisioningState: null,
    timeCreated: null,
    powerState: 'PowerState/running',
    tags: { Env: 'prod' },
    scaleSetId: null,
    identity: {
      type: principalId === null ? 'None' : 'SystemAssigned',
      principalId,
      tenantId: null,
      userAssignedIdentities: {},
    },
    principalIds: principalId === null ? [] : [principalId],
    firstSeen: '2026-11-01T00:00:00.000Z',
    lastSeen: '2026-11-01T00:00:00.000Z',
    deletedAt: null,
    stale: false,
  };
}

function read(
  status: Coverage['status'],
  code: string | null,
  machines: VirtualMachine[],
  powerStates: Coverage['status'] = 'complete',
): LiveList {
  const counts = { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: 0 };
  const coverage: Coverage = {
    subscriptionId: sub1,
    displayName: 'One',
    tenantId: null,
    state: 'Enabled',
    status,
    reason: code === null ? null : { code, message: 'Azure said so', hint: 'az role assignment create …' },
    kinds: { powerStates: { status: powerStates, reason: null, count: machines.length } },
    virtualMachineCount: machines.length,
    requests: 1,
    pages: 1,
    retries: 0,
    throttledMilliseconds: 0,
    requestId: null,
    readAt: null,
    source: null,
  };
  const completeness = { complete: status === 'complete', coverage: { ...counts, [status]: 1 } };
  return { machines, coverage: [coverage], completeness, reason: null };
}

const owner: LiveRoleAssignment = {
  id: `/subscriptions/${sub1}/providers/Microsoft.Authorization/roleAssignments/a1`,
  scope: `/subscriptions/${sub1}`,
  roleDefinitionId: `/subscriptions/${sub1}/providers/Microsoft.Authorization/roleDefinitions/r1`,
  roleDefinitionName: '<Owner>',
  inherited: false,
  condition: '@Resource[a] == 1',
  privilege: 'high',
  privilegePlane: 'both',
  via: 'group',
  groupId: 'bbbbbbbb-0000-4000-8000-000000000001',
};

/** Access as it was read in subscriptions with these outcomes. */
function access(...outcomes: readonly [status: Coverage['status'], code: string | null][]): LiveAccess {
  const rows = outcomes.map(([status, code]): Coverage => {
    const [row] = read(status, null, []).coverage;
    if (row === undefined) expect.unreachable();
    const reason = code === null ? null : { code, message: 'Azure said so', hint: null };
    return { ...row, kinds: { roleAssignments: { status, reason, count: 1 } } };
  });
  const counts = { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0, blindSpots: 0 };
  for (const { status } of rows) counts[status] += 1;
  const complete = counts.complete + counts.skipped === rows.length;
  return {
    readAt: '2026-11-30T12:00:00.000Z',
    roleAssignments: [owner],
    dataActionsKnown: true,
    coverage: rows,
    completeness: { complete, coverage: counts },
    reason: null,
  };
}

describe('live=true on a principal', () => {
  const known = `principals/${principalOf(1)}?live=true`;

  test('shows the roles that it has now, also through groups, beside what the newest run knows of it', async () => {
    const asked: string[] = [];
    const readAccess = async (id: string) => {
      asked.push(id);
      return access(['complete', null], ['denied', 'AuthorizationFailed'], ['skipped', null]);
    };
    using served = servedInventory({ readAccess });
    const response = await served.send(known);
    const answer: unknown = await response.json();
    expect(answer).toMatchObject({
      principalId: principalOf(1),
      kind: 'SystemAssigned',
      virtualMachines: [{ id: machineId('vm-1') }],
      roleAssignments: [owner],
      accessCoverage: {
        direct: 'partial',
        groups: { subscriptionsRead: 1, subscriptionsAsked: 2 },
        directory: 'notRead',
      },
      asOf: '2026-11-30T12:00:00.000Z',
      runId: null,
      complete: false,
      coverage: { complete: 1, denied: 1, skipped: 1 },
    });
    expect(v.parse(livePrincipalShape, answer)).toEqual(answer);
    expect(response.headers.get('x-inventory-complete')).toBe('false');
    expect(response.headers.has('x-inventory-run-id')).toBe(false);
    expect(asked).toEqual([principalOf(1)]);
  });

  test('asks Azure for the principal id of a client id that the inventory knows', async () => {
    const asked: string[] = [];
    const readAccess = async (id: string) => {
      asked.push(id);
      return access(['complete', null]);
    };
    using served = servedInventory({ readAccess });
    expect(await bodyOf(served.send(`principals/${clientId.toUpperCase()}?live=true`))).toMatchObject({
      principalId: principalOf(9),
      clientId,
      complete: true,
    });
    expect(asked).toEqual([principalOf(9)]);
  });

  test.each([
    ['that no run has seen', {}],
    [
      'before the first run',
      { currentDatabase: () => Promise.reject(new InventoryError('InventoryNotReady', 'No run')) },
    ],
  ])('shows what Azure says of a principal %s', async (_, overrides) => {
    using served = servedInventory({ ...overrides, readAccess: async () => access(['complete', null]) });
    const answer: unknown = await (await served.send(`principals/${principalOf(77)}?live=true`)).json();
    expect(answer).toMatchObject({
      principalId: principalOf(77),
      state: 'neverSeen',
      kind: null,
      firstSeen: null,
      virtualMachines: [],
      roleAssignments: [owner],
      complete: true,
    });
    expect(v.parse(livePrincipalShape, answer)).toEqual(answer);
  });

  test('does not hide that the inventory cannot be read', async () => {
    const broken = () => Promise.reject(new InventoryError('StorageUnavailable', 'Storage answered 503'));
    using served = servedInventory({ currentDatabase: broken, readAccess: async () => access(['complete', null]) });
    expect((await served.send(known)).status).toBe(503);
  });

  test('has chosen fields only', async () => {
    using served = servedInventory({ readAccess: async () => access(['complete', null]) });
    const answer: unknown = await (await served.send(`${known}&select=principalId,roleAssignments`)).json();
    expect(answer).toEqual({
      principalId: principalOf(1),
      roleAssignments: [owner],
      asOf: '2026-11-30T12:00:00.000Z',
      runId: null,
      complete: true,
      coverage: expect.any(Object),
    });
  });

  test.each([
    ['denied', 'AuthorizationFailed', 502, 'UpstreamDenied'],
    ['failed', 'Throttled', 503, 'Throttled'],
    ['failed', 'InternalServerError', 502, 'UpstreamFailed'],
  ] as const)('turns %s (%s) in every subscription into %i', async (status, code, expected, expectedCode) => {
    using served = servedInventory({ readAccess: async () => access([status, code], [status, code]) });
    const response = await served.send(known);
    expect([response.status, response.headers.get('x-ms-error-code')]).toEqual([expected, expectedCode]);
    expect(response.headers.has('retry-after')).toBe(expected === 503);
  });

  test.each([
    'principals/not-a-guid?live=true',
    `principals/${principalOf(1)}'%20or%20'?live=true`,
    `${known}&asOf=2026-11-01`,
  ])('refuses %s before any request', async (address) => {
    const readAccess = () => expect.unreachable('Azure was asked');
    using served = servedInventory({ readAccess });
    expect((await served.send(address)).status).toBe(400);
  });
});

describe('live=true', () => {
  test('shows what Azure lists now, filtered and ordered, without a run', async () => {
    const machines = [machine('b', principalOf(2)), machine('a', principalOf(1)), machine('c', null)];
    using served = servedInventory({ listLive: async () => read('complete', null, machines) });
    const body = await bodyOf(
      served.send(
        `${list}&identityType=systemAssigned&tag=env%3Dprod&powerState=Running&orderby=name%20desc&select=name`,
      ),
    );
    expect(body.value).toEqual([{ name: 'b' }, { name: 'a' }]);
    expect(body).toMatchObject({ runId: null, complete: true, coverage: { complete: 1 } });
    expect(body.nextLink).toBe('');
  });

  test('has the filters of the list, and the number of rows', async () => {
    const both = { ...machine('Web_1', principalOf(1)), vmSize: 'Standard_D2s_v5' };
    both.identity = { ...both.identity, type: 'SystemAssigned, UserAssigned' };
    const machines = [both, machine('web_2', principalOf(2)), machine('webx1', null)];
    using served = servedInventory({ listLive: async () => read('complete', null, machines) });
    const body = (query: string) => bodyOf(served.send(`${list}&select=name&count=true&${query}`));
    expect(await body('contains=EB_')).toMatchObject({ value: [{ name: 'Web_1' }, { name: 'web_2' }], count: 2 });
    expect(await body('vmSize=standard_D2S_V5')).toMatchObject({ value: [{ name: 'Web_1' }], count: 1 });
    expect(await body('identityType=both')).toMatchObject({ value: [{ name: 'Web_1' }] });
    expect(await body('identityType=none')).toMatchObject({ value: [{ name: 'webx1' }] });
    expect(await body('contains=resourceGroups%2FG%2F')).toMatchObject({ count: 3 });
  });

  test('is not complete when it filters by a power state that could not be read everywhere', async () => {
    using served = servedInventory({ listLive: async () => read('complete', null, [], 'failed') });
    const filtered = await bodyOf(served.send(`${list}&powerState=running`));
    const unfiltered = await bodyOf(served.send(list));
    expect([filtered.complete, unfiltered.complete]).toEqual([false, true]);
  });

  test('takes the longest tag name that a machine has, and refuses a tag that none has', async () => {
    const tagged = { ...machine('tagged', null), tags: { 'kubernetes.io=cluster': 'owned' } };
    using served = servedInventory({ listLive: async () => read('complete', null, [tagged, machine('other', null)]) });
    const named = await bodyOf(served.send(`${list}&tag=Kubernetes.io%3Dcluster%3Downed&select=name`));
    const refused = await served.send(`${list}&tag=kubernetes.io`);
    expect(named.value).toEqual([{ name: 'tagged' }]);
    expect([refused.status, (await bodyOf(refused)).error?.target]).toEqual([400, 'tag']);
  });

  test('is CSV on request', async () => {
    using served = servedInventory({ listLive: async () => read('complete', null, [machine('a', null)]) });
    const response = await served.send(`${list}&format=csv&select=name`);
    expect(await response.text()).toBe('name\r\na\r\n');
    expect(response.headers.get('x-inventory-complete')).toBe('true');
  });

  test('shows a partial reading as incomplete', async () => {
    using served = servedInventory({ listLive: async () => read('partial', 'Timeout', [machine('a', null)]) });
    const body = await bodyOf(served.send(list));
    expect([body.complete, body.value.length]).toEqual([false, 1]);
  });

  test.each([
    ['denied', 'AuthorizationFailed', 502, 'UpstreamDenied'],
    ['failed', 'SubscriptionNotFound', 404, 'SubscriptionNotFound'],
    ['failed', 'Throttled', 503, 'Throttled'],
    ['failed', 'InternalServerError', 502, 'UpstreamFailed'],
  ] as const)('turns %s (%s) into %i', async (status, code, expected, expectedCode) => {
    using served = servedInventory({ listLive: async () => read(status, code, []) });
    const response = await served.send(list);
    expect([response.status, response.headers.get('x-ms-error-code')]).toEqual([expected, expectedCode]);
    expect(response.headers.has('retry-after')).toBe(expected === 503);
  });

  test.each([
    [403, 502],
    [404, 404],
    [429, 503],
    [500, 502],
  ])('turns Azure’s %i for one machine into %i', async (status, expected) => {
    using served = servedInventory({
      getLive: async () => {
        throw upstreamError(status, 'Code', 'Azure said so', { hint: null });
      },
    });
    expect((await served.send(one)).status).toBe(expected);
  });

  test('shows one machine, and needs no inventory', async () => {
    using served = servedInventory({
      getLive: async (id) => machine(id.split('/').at(-1) ?? '', principalOf(1)),
      currentDatabase: async () => {
        throw new Error('No live read was expected');
      },
    });
    expect(await bodyOf(served.send(one))).toMatchObject({ name: 'vm', principalIds: [principalOf(1)] });
  });

  test.each(['asOf=2026-11-01', 'maxpagesize=5', 'skiptoken=AAAA', 'skip=0'])('refuses %s', async (other) => {
    using served = servedInventory();
    const response = await served.send(`${list}&${other}`);
    expect([response.status, (await bodyOf(response)).error?.target]).toEqual([400, other.split('=')[0]]);
  });

  test('exists on the two routes of Resource Manager only', async () => {
    using served = servedInventory();
    expect((await served.send('virtualMachines?live=true')).status).toBe(400);
  });
});
