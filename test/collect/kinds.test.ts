import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { collectSubscriptions } from '../../lib/collect/collect-subscriptions.ts';
import { type Kind, kinds, subscriptionStatus } from '../../lib/inventory/coverage.ts';
import type { Plan } from '../../lib/inventory/plan.ts';
import { json, startArmServer, testClient } from '../azure/resource-manager/fixtures/arm-server.ts';
import { guid } from '../support/readings.ts';
import { recordEvents } from '../support/recorded-events.ts';

const startedAt = '2026-11-21T06:00:00.000Z';
const inGroup = (subscriptionId: string, type: string, name: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/${type}/${name}`;
const roleId = (subscriptionId: string, name: string) =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${name}`;
const roleDefinition = (subscriptionId: string, name: string) => ({
  id: roleId(subscriptionId, name),
  properties: { roleName: `Role ${name}`, permissions: [{ actions: [`${name}/read`], notActions: [] }] },
});
const assignment = (subscriptionId: string, name: string, role: string) => ({
  id: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleAssignments/${name}`,
  properties: {
    scope: '/',
    roleDefinitionId: roleId(subscriptionId, role),
    principalId: 'p',
    principalType: 'ServicePrincipal',
  },
});

const lists = {
  virtualMachines: 'Microsoft.Compute/virtualMachines',
  powerStates: 'Microsoft.Compute/virtualMachines?statusOnly',
  scaleSets: 'Microsoft.Compute/virtualMachineScaleSets',
  arcMachines: 'Microsoft.HybridCompute/machines',
  identities: 'Microsoft.ManagedIdentity/userAssignedIdentities',
  roleAssignments: 'Microsoft.Authorization/roleAssignments',
  roleDefinitions: 'Microsoft.Authorization/roleDefinitions',
  permissions: 'Microsoft.Authorization/permissions',
} as const;
type List = keyof typeof lists;
/** A role by its id. */
const roleById = /^Microsoft\.Authorization\/roleDefinitions\/([^/]+)$/;
type Answer = (response: ServerResponse, subscriptionId: string) => void;

const value =
  (...items: readonly unknown[]): Answer =>
  (response) =>
    json(response, { value: items });
const error =
  (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    json(response, { error: { code, message: `said ${code}` } }, status, headers);

/** One row of each kind, with all rights. */
const usual: Readonly<Record<List, Answer>> = {
  virtualMachines: (response, id) => value({ id: inGroup(id, lists.virtualMachines, 'vm-1') })(response, id),
  powerStates: (response, id) =>
    value({
      id: inGroup(id, lists.virtualMachines, 'vm-1'),
      properties: { instanceView: { statuses: [{ code: 'PowerState/running' }] } },
    })(response, id),
  scaleSets: (response, id) => value({ id: inGroup(id, lists.scaleSets, 'set-1'), sku: { capacity: 2 } })(response, id),
  arcMachines: (response, id) => value({ id: inGroup(id, lists.arcMachines, 'arc-1') })(response, id),
  identities: (response, id) => value({ id: inGroup(id, lists.identities, 'id-1') })(response, id),
  roleAssignments: (response, id) => value(assignment(id, 'a1', 'Reader'))(response, id),
  roleDefinitions: (response, id) => value(roleDefinition(id, 'reader'), roleDefinition(id, 'other'))(response, id),
  permissions: value({ actions: ['*/read'], notActions: [] }),
};

/** Reads subscriptions from a server with some lists replaced. */
async function collect(
  answers: Partial<Record<List | 'roleById', Answer>>,
  options: { subscriptions?: number; kinds?: readonly Kind[] } = {},
) {
  const asked: string[] = [];
  await using server = await startArmServer((response, { url }) => {
    const [, , subscriptionId = '', , ...type] = url.pathname.split('/');
    const path = url.searchParams.has('statusOnly') ? `${type.join('/')}?statusOnly` : type.join('/');
    const list = (Object.keys(lists) as List[]).find((name) => lists[name] === path);
    if (list === undefined && roleById.test(path)) {
      asked.push(path);
      return (answers.roleById ?? error(404, 'RoleDefinitionDoesNotExist'))(response, subscriptionId);
    }
    if (list === undefined) return json(response, {}, 404);
    asked.push(list);
    return (answers[list] ?? usual[list])(response, subscriptionId);
  });
  const subscriptions = Array.from({ length: options.subscriptions ?? 1 }, (_, index) => ({
    subscriptionId: guid(index + 1),
    displayName: 'One',
    tenantId: guid(9),
    state: 'Enabled',
    skip: null,
  }));
  const plan: Plan = {
    runId: 'r',
    trigger: 'cli',
    startedAt,
    scope: null,
    kinds: options.kinds ?? kinds,
    clientIds: false,
    subscriptions,
    outOfScope: [],
    blindSpots: [],
    blindSpotsKnown: true,
    principalId: guid(7),
    reason: null,
  };
  const recorded = recordEvents();
  const { arm } = testClient(server.origin, { concurrency: 32 });
  const { signal } = new AbortController();
  const progress = await collectSubscriptions({
    arm,
    plan,
    subscriptions,
    sink: recorded.write,
    signal,
  });
  const coverage = Object.fromEntries(recorded.readings.map((reading) => [reading.kind, reading]));
  return { recorded, coverage, asked, progress };
}

test('each kind is one list, and all rows reach the sink', async () => {
  const { recorded, coverage, asked, progress } = await collect({});

  expect(asked.toSorted()).toEqual(Object.keys(lists).toSorted());
  expect(
    recorded
      .rows('machines')
      .map(({ type, name }) => [type, name])
      .toSorted(),
  ).toEqual([
    ['Microsoft.Compute/virtualMachineScaleSets', 'set-1'],
    ['Microsoft.Compute/virtualMachines', 'vm-1'],
    ['Microsoft.HybridCompute/machines', 'arc-1'],
  ]);
  expect(recorded.rows('powerStates')).toHaveLength(1);
  expect(recorded.rows('identities')).toHaveLength(1);
  expect(recorded.rows('roleAssignments')).toHaveLength(1);
  expect(recorded.rows('roleDefinitions').map(({ roleName }) => roleName)).toEqual(['Role reader']);
  for (const kind of kinds)
    expect(coverage[kind]).toMatchObject({
      status: 'complete',
      reason: null,
      count: 1,
      pages: kind === 'roleAssignments' ? 2 : 1,
    });
  expect(progress).toMatchObject({ virtualMachines: 1, requests: 8, subscriptionsDone: 1 });
});

/** The rows of a list on two pages, the first page in lower case and again on the second. */
const onTwoPages =
  (...rows: readonly { readonly id: string }[]): Answer =>
  (response) => {
    const url = new URL(response.req.url ?? '', 'https://server');
    const spelled = rows.map((row) => ({ ...row, id: row.id.replace(/[^/]*$/, (name) => name.toLowerCase()) }));
    if (url.searchParams.has('$skiptoken')) json(response, { value: [...rows, ...rows] });
    else json(response, { value: spelled.slice(0, 2), nextLink: `${url.pathname}${url.search}&%24skiptoken=2` });
  };

test('a resource counts once, on however many pages and in whatever letter case it is listed', async () => {
  const named = ['Ærlig-1', 'TWO', 'three'];
  const resources = (type: string) => named.map((name) => ({ id: inGroup(guid(1), type, name), sku: { capacity: 1 } }));
  const states = resources(lists.virtualMachines).map((row) => ({
    ...row,
    properties: { instanceView: { statuses: [{ code: 'PowerState/running' }] } },
  }));

  const { coverage, progress } = await collect({
    virtualMachines: onTwoPages(...resources(lists.virtualMachines)),
    powerStates: onTwoPages(...states),
    scaleSets: onTwoPages(...resources(lists.scaleSets)),
    arcMachines: onTwoPages(...resources(lists.arcMachines)),
    identities: onTwoPages(...resources(lists.identities)),
    roleAssignments: onTwoPages(...named.map((name) => assignment(guid(1), name, 'Reader'))),
  });

  for (const kind of kinds)
    expect([kind, coverage[kind]?.status, coverage[kind]?.count]).toEqual([kind, 'complete', 3]);
  expect(progress.virtualMachines).toBe(3);
});

test('a machine that moves while it is listed counts once', async () => {
  const at = (group: string, vmId: string) => ({
    id: `/subscriptions/${guid(1)}/resourceGroups/${group}/providers/${lists.virtualMachines}/vm`,
    properties: { vmId },
  });
  const { coverage } = await collect({
    virtualMachines: value(at('here', guid(50)), at('there', guid(50)), at('elsewhere', guid(51))),
  });

  expect(coverage.virtualMachines?.count).toBe(2);
});

test('kinds end in the order of the plan, after all rows; a kind outside of the plan is not requested', async () => {
  const { recorded, asked } = await collect({}, { kinds: ['virtualMachines', 'identities'] });

  expect(recorded.readings.map(({ kind }) => kind)).toEqual(['virtualMachines', 'identities']);
  expect(asked.toSorted()).toEqual(['identities', 'permissions', 'virtualMachines']);
});

describe.each(kinds.filter((kind) => kind !== 'virtualMachines'))('%s alone', (kind) => {
  const failures: [string, Answer, string, string][] = [
    ['403', error(403, 'AuthorizationFailed'), 'denied', 'AuthorizationFailed'],
    ['404', error(404, 'SubscriptionNotFound'), 'failed', 'SubscriptionNotFound'],
    ['429 for ever', error(429, 'TooManyRequests', { 'retry-after': '60' }), 'failed', 'Throttled'],
    ['500 for ever', error(500, 'InternalServerError'), 'failed', 'InternalServerError'],
    ['a value that is null', (response) => json(response, { value: null }), 'failed', 'InvalidResponse'],
    ['a value that is missing', (response) => json(response, {}), 'failed', 'InvalidResponse'],
    ['a row without an id', value({}), 'partial', 'InvalidResponse'],
    ['HTML with 200', (response) => void response.end('<html></html>'), 'failed', 'InvalidResponse'],
    [
      'a nextLink to another host',
      (response) => json(response, { value: [], nextLink: 'https://example.com/x' }),
      'partial',
      'ForeignNextLink',
    ],
    [
      'an unregistered provider',
      error(409, 'MissingSubscriptionRegistration'),
      'complete',
      'MissingSubscriptionRegistration',
    ],
  ];

  const supported =
    (versions: string): Answer =>
    (response) => {
      const message = `No registered resource provider found for location 'local' and API version 'x' for type 'y'. The supported api-versions are '${versions}'.`;
      json(response, { error: { code: 'NoRegisteredProviderFound', message } }, 400);
    };
  failures.push(
    [
      'a provider that the cloud does not have',
      error(404, 'InvalidResourceNamespace'),
      'complete',
      'InvalidResourceNamespace',
    ],
    ['a type that the cloud does not have', error(404, 'InvalidResourceType'), 'complete', 'InvalidResourceType'],
    ['a provider without any version', supported(''), 'complete', 'NoRegisteredProviderFound'],
    [
      'a provider with versions that are not understood',
      supported('2013-01-01, 2031-01-01'),
      'failed',
      'NoRegisteredProviderFound',
    ],
  );

  test.each(failures)('%s says so, and leaves the others alone', async (_what, answer, status, code) => {
    const { coverage } = await collect({ [kind]: answer });

    expect(coverage[kind]).toMatchObject({ status, reason: { code }, count: 0 });
    const throttled = code === 'Throttled';
    for (const other of kinds.filter((one) => one !== kind)) {
      if (!throttled) expect(coverage[other], other).toMatchObject({ status: 'complete', reason: null, count: 1 });
    }
    const complete = status === 'complete' || kind === 'powerStates';
    if (!throttled) expect(subscriptionStatus(coverage)).toBe(complete ? 'complete' : 'partial');
  });

  test('a provider that is gone on the second page leaves the list incomplete', async () => {
    let pages = 0;
    const { coverage } = await collect({
      [kind]: (response: ServerResponse, id: string) => {
        pages += 1;
        if (pages > 1) return error(404, 'InvalidResourceNamespace')(response, id);
        const { headers, url } = response.req;
        return json(response, { value: [], nextLink: `https://${headers.host}${url}&page=2` });
      },
    });

    expect(coverage[kind]).toMatchObject({ status: 'partial', reason: { code: 'InvalidResourceNamespace' } });
  });

  test('an empty page with a nextLink is followed', async () => {
    let pages = 0;
    const { coverage } = await collect({
      [kind]: (response: ServerResponse, id: string) => {
        pages += 1;
        if (pages > 1) return usual[kind](response, id);
        const statusOnly = kind === 'powerStates' ? '&statusOnly=true' : '';
        const path = lists[kind].split('?')[0];
        return json(response, { value: [], nextLink: `/subscriptions/${id}/providers/${path}?skip=1${statusOnly}` });
      },
    });

    expect(coverage[kind]).toMatchObject({ status: 'complete', count: 1 });
    expect(pages).toBe(2);
  });
});

describe('rights', () => {
  test.each([
    ['virtualMachines', 'Microsoft.Compute/virtualMachines/read', ['virtualMachines', 'powerStates']],
    ['scaleSets', 'Microsoft.Compute/virtualMachineScaleSets/read', ['scaleSets']],
    ['arcMachines', 'Microsoft.HybridCompute/machines/read', ['arcMachines']],
    ['identities', 'Microsoft.ManagedIdentity/userAssignedIdentities/read', ['identities']],
    ['roleAssignments', 'Microsoft.Authorization/roleAssignments/read', ['roleAssignments']],
    ['the roles of assignments', 'Microsoft.Authorization/roleDefinitions/read', ['roleAssignments']],
  ])('without the right for %s its list may be filtered, and the others are complete', async (_, action, filtered) => {
    const { coverage } = await collect({ permissions: value({ actions: ['*/read'], notActions: [action] }) });

    for (const kind of kinds) {
      if (!filtered.includes(kind)) expect(coverage[kind]).toMatchObject({ status: 'complete' });
      else {
        expect(coverage[kind]).toMatchObject({ status: 'partial', reason: { code: 'NotReaderOnSubscription' } });
        expect(coverage[kind]?.reason?.message).toContain(action);
        expect(coverage[kind]?.reason?.hint).toBe(
          `az role assignment create --assignee-object-id ${guid(7)} --assignee-principal-type ServicePrincipal --role Reader --scope /subscriptions/${guid(1)}`,
        );
      }
    }
  });

  test('that cannot be read prove no list, and remove no row from it', async () => {
    const { coverage, recorded } = await collect({ permissions: error(500, 'InternalServerError') });

    for (const kind of kinds) {
      expect(coverage[kind]).toMatchObject({ status: 'partial', reason: { code: 'RightsNotProven' }, count: 1 });
    }
    expect(recorded.rows('machines')).toHaveLength(3);
  });
});

describe('roles', () => {
  test('are listed once for all subscriptions, and written once', async () => {
    const { asked, recorded, coverage } = await collect({}, { subscriptions: 20 });

    expect(asked.filter((list) => list === 'roleDefinitions')).toHaveLength(1);
    expect(recorded.rows('roleDefinitions').map(({ roleName }) => roleName)).toEqual(['Role reader']);
    expect(recorded.rows('roleAssignments')).toHaveLength(20);
    expect(coverage.roleAssignments).toMatchObject({ status: 'complete' });
  });

  test('are not listed if no service principal has one', async () => {
    const { asked, coverage } = await collect({ roleAssignments: value() });

    expect(asked).not.toContain('roleDefinitions');
    expect(coverage.roleAssignments).toMatchObject({ status: 'complete', count: 0 });
  });

  test('are read for the assignments that a list returned before it failed', async () => {
    let pages = 0;
    const { recorded, coverage } = await collect({
      roleAssignments: (response, id) => {
        pages += 1;
        if (pages > 1) return error(403, 'AuthorizationFailed')(response, id);
        const { headers, url } = response.req;
        const nextLink = `https://${headers.host}${url}&page=2`;
        json(response, { value: [assignment(id, 'a1', 'Reader')], nextLink });
      },
    });

    expect(coverage.roleAssignments).toMatchObject({ status: 'partial', reason: { code: 'AuthorizationFailed' } });
    expect(recorded.rows('roleDefinitions').map(({ roleName }) => roleName)).toEqual(['Role reader']);
  });

  test("a subscription's own roles are in its own list", async () => {
    const { asked, recorded } = await collect(
      {
        roleAssignments: (response, id) =>
          value(assignment(id, 'a1', 'READER'), assignment(id, 'a2', `own-${id}`))(response, id),
        roleDefinitions: (response, id) =>
          value(roleDefinition(id, 'reader'), roleDefinition(id, `own-${id}`))(response, id),
      },
      { subscriptions: 3 },
    );

    expect(asked.filter((list) => list === 'roleDefinitions')).toHaveLength(3);
    expect(
      recorded
        .rows('roleDefinitions')
        .map(({ roleName }) => roleName)
        .toSorted(),
    ).toEqual([`Role own-${guid(1)}`, `Role own-${guid(2)}`, `Role own-${guid(3)}`, 'Role reader']);
  });

  test('that fail in the first subscription are requested in the others', async () => {
    const { recorded } = await collect(
      {
        roleDefinitions: (response, id) =>
          id === guid(1) ? error(403, 'AuthorizationFailed')(response, id) : usual.roleDefinitions(response, id),
      },
      { subscriptions: 3 },
    );

    const ends = recorded.readings.filter(({ kind }) => kind === 'roleAssignments');
    const incomplete = ends.filter(({ status }) => status !== 'complete');
    expect(incomplete).toMatchObject([
      { subscriptionId: guid(1), status: 'partial', reason: { code: 'RoleDefinitionsNotRead' }, count: 1 },
    ]);
    expect(recorded.rows('roleAssignments')).toHaveLength(3);
    expect(recorded.rows('roleDefinitions')).toHaveLength(1);
  });

  test('that fail everywhere delay the others three times at most; then all request them at once', async () => {
    const open: (() => void)[] = [];
    const reading = collect(
      { roleDefinitions: (response, id) => void open.push(() => error(403, 'AuthorizationFailed')(response, id)) },
      { subscriptions: 10 },
    );

    for (let number = 0; number < 3; number += 1) {
      await expect.poll(() => open.length, { timeout: 10_000 }).toBe(number + 1);
      open[number]?.();
    }
    await expect.poll(() => open.length, { timeout: 10_000 }).toBe(10);
    for (const answer of open.slice(3)) answer();
    const { recorded } = await reading;

    const ends = recorded.readings.filter(({ kind }) => kind === 'roleAssignments');
    expect(ends.map(({ status, reason }) => `${status} ${reason?.code}`)).toEqual(
      Array(10).fill('partial RoleDefinitionsNotRead'),
    );
  });

  const narrow =
    (...names: readonly string[]): Answer =>
    (response, id) =>
      value(...names.map((name) => assignment(id, `a-${name}`, name)))(response, id);
  const askedRole: Answer = (response, id) => {
    const name = decodeURIComponent(response.req.url?.split('?')[0]?.split('/').at(-1) ?? '');
    json(response, roleDefinition(id, name));
  };

  test('that the lists leave out, such as those of a resource group only, are read by id', async () => {
    const { asked, recorded, coverage } = await collect({
      roleAssignments: narrow('READER', 'of-a-group', 'Of-Another'),
      roleById: askedRole,
    });

    expect(coverage.roleAssignments).toMatchObject({ status: 'complete', reason: null, count: 3 });
    expect(asked.filter((path) => roleById.test(path)).toSorted()).toEqual([
      'Microsoft.Authorization/roleDefinitions/Of-Another',
      'Microsoft.Authorization/roleDefinitions/of-a-group',
    ]);
    expect(
      recorded
        .rows('roleDefinitions')
        .map(({ roleName }) => roleName)
        .toSorted(),
    ).toEqual(['Role Of-Another', 'Role of-a-group', 'Role reader']);
  });

  test('that are read by id are written once', async () => {
    const { recorded } = await collect(
      { roleAssignments: narrow('of-a-group'), roleById: askedRole },
      { subscriptions: 5 },
    );

    expect(recorded.rows('roleDefinitions').map(({ roleName }) => roleName)).toEqual(['Role of-a-group']);
  });

  test.each([
    [403, 'AuthorizationFailed'],
    [404, 'SubscriptionNotFound'],
    [404, 'InvalidResourceNamespace'],
    [500, 'InternalServerError'],
    [401, 'ExpiredAuthenticationToken'],
  ])('one whose read by id answers %i %s stays unknown, and the kind is partial', async (status, code) => {
    const { recorded, coverage } = await collect({
      roleAssignments: narrow('reader', 'of-a-group'),
      roleById: error(status, code),
    });

    expect(coverage.roleAssignments).toMatchObject({
      status: 'partial',
      reason: { code: 'RoleDefinitionsNotRead' },
      count: 2,
    });
    expect(coverage.roleAssignments?.reason?.message).toContain(code);
    expect(coverage.roleAssignments?.reason?.message).toContain(roleId(guid(1), 'of-a-group'));
    expect(recorded.rows('roleDefinitions').map(({ roleName }) => roleName)).toEqual(['Role reader']);
  });

  test('one that answers 404 is deleted: it is named as such, grants nothing, and the kind is complete', async () => {
    const { recorded, coverage } = await collect({ roleAssignments: narrow('gone', 'reader') });

    expect(coverage.roleAssignments).toMatchObject({ status: 'complete', reason: { code: 'RoleDefinitionDeleted' } });
    expect(coverage.roleAssignments?.reason?.message).toContain(roleId(guid(1), 'gone'));
    expect(recorded.rows('roleDefinitions').toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: roleId(guid(1), 'gone'), roleName: '(deleted role)', permissions: [] },
      { id: roleId(guid(1), 'reader'), roleName: 'Role reader', permissions: expect.any(Array) },
    ]);
  });

  test('many deleted ones are counted, and the first are named', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `gone-${index}`);
    const { recorded, coverage } = await collect({ roleAssignments: narrow(...names) });

    expect(coverage.roleAssignments?.reason?.message).toMatch(/and 7 more$/);
    expect(recorded.rows('roleDefinitions')).toHaveLength(12);
  });

  test('a deleted one proves nothing about the rights: without them the list may be filtered', async () => {
    const notActions = ['Microsoft.Authorization/roleAssignments/read'];
    const { coverage } = await collect({
      roleAssignments: narrow('gone'),
      permissions: value({ actions: ['*/read'], notActions }),
    });

    expect(coverage.roleAssignments).toMatchObject({ status: 'partial', reason: { code: 'NotReaderOnSubscription' } });
  });

  test('an id that is no path is never requested', async () => {
    const { coverage } = await collect({
      roleAssignments: (response, id) => {
        const { properties, ...rest } = assignment(id, 'a1', 'x');
        value({ ...rest, properties: { ...properties, roleDefinitionId: '.example.com/x' } })(response, id);
      },
    });

    expect(coverage.roleAssignments).toMatchObject({ status: 'partial', reason: { code: 'RoleDefinitionsNotRead' } });
  });
});
