import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { customRole } from '../../local/azure/tenant/access/role-definitions.ts';
import { createPlainClient, type PlainClient } from './azure-client.ts';
import { propertyPaths } from './property-paths.ts';

/** The lists other than virtual machines, with 2 rows per page. */
let azure: LocalAzure;
let client: PlainClient;
beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 3, vms: 40 }), pageSize: 2 });
  client = createPlainClient(azure);
});
afterAll(async () => {
  client[Symbol.dispose]();
  await azure.stop();
});

const named = (displayName: string): string =>
  azure.tenant.subscriptions().find((each) => each.displayName.startsWith(displayName))?.subscriptionId ?? '';
const truthOf = (displayName: string) =>
  azure.tenant.truth().find(({ subscriptionId }) => subscriptionId === named(displayName));
const payload = (name: string) => JSON.parse(readFileSync(`test/payloads/${name}`, 'utf8'));
const recorded = (name: string) => payload(name).interactions[0].response.body.data.value;
const documented = (name: string) => payload(name).responses[200].body;

const lists = {
  scaleSets: ['Microsoft.Compute/virtualMachineScaleSets', '2026-04-01'],
  arcMachines: ['Microsoft.HybridCompute/machines', '2025-01-13'],
  identities: ['Microsoft.ManagedIdentity/userAssignedIdentities', '2024-11-30'],
  roleAssignments: ['Microsoft.Authorization/roleAssignments', '2022-04-01'],
  roleDefinitions: ['Microsoft.Authorization/roleDefinitions', '2022-04-01'],
} as const;
type List = keyof typeof lists;
const pathOf = (displayName: string, list: List): string =>
  `/subscriptions/${named(displayName)}/providers/${lists[list][0]}?api-version=${lists[list][1]}`;
const rowsOf = (displayName: string, list: List) => client.armRows(pathOf(displayName, list));
const get = (id: string | undefined, apiVersion: string) => client.arm(`${id}?api-version=${apiVersion}`);

describe('rows have every property of Azure’s rows', () => {
  test.each<[List, string, () => unknown]>([
    ['scaleSets', 'Retail Core', () => recorded('real-vmss-list.json')[0]],
    ['arcMachines', 'Retail Edge', () => documented('hybridcompute-machines-list.json').value[0]],
    [
      'identities',
      'Retail Core',
      () => ({ ...documented('uai-list-subscription.json').value[0], tags: { managedBy: '' } }),
    ],
    ['roleAssignments', 'Retail Core', () => recorded('real-roleassignments-list.json')[0]],
    ['roleDefinitions', 'Retail Core', () => documented('roledefinition-atscope.json').value[0]],
  ])('%s', async (list, displayName, model) => {
    const rows = await rowsOf(displayName, list);
    const paths = new Set(rows.flatMap((row) => propertyPaths(row)));
    expect(propertyPaths(model()).filter((path) => !paths.has(path))).toEqual([]);
  });

  test('federated credentials and system-assigned identities', async () => {
    const [trusted] = (truthOf('Retail Core')?.identities ?? []).filter((each) => each.federatedCredentials.length > 0);
    const [arc] = truthOf('Retail Edge')?.arcMachines ?? [];
    const [set] = truthOf('Retail Core')?.scaleSets ?? [];
    const [vm] = truthOf('Retail Core')?.virtualMachines ?? [];
    const system = 'providers/Microsoft.ManagedIdentity/identities/default';
    const credentials = await get(`${trusted?.identity.id}/federatedIdentityCredentials`, '2024-11-30');
    const identities = await Promise.all([arc, set, vm].map((each) => get(`${each?.id}/${system}`, '2024-11-30')));
    const modelOf = (name: string) => propertyPaths(documented(name)).filter((path) => !path.includes('.tags.'));
    expect(credentials.json.value).toEqual(trusted?.federatedCredentials);
    expect(propertyPaths(credentials.json)).toEqual(
      expect.arrayContaining(modelOf('federated-credentials-list.json').filter((path) => path !== '.nextLink')),
    );
    for (const [index, { json }] of identities.entries()) {
      expect(propertyPaths(json)).toEqual(expect.arrayContaining(modelOf('system-assigned-identity-get.json')));
      expect(json.properties?.principalId).toBe([arc, set, vm][index]?.identity?.principalId);
    }
  });
});

describe('lists show the truth, page by page', () => {
  test.each(['Retail Core', 'Retail Edge', 'Payments Production', 'Connectivity', 'Shared Services', 'Legacy ERP'])(
    '%s',
    async (displayName) => {
      const truth = truthOf(displayName);
      const rowsOrNone = async (list: List) => {
        const { status, json } = await client.arm(pathOf(displayName, list));
        return status === 409 && String(json.error?.code) === 'MissingSubscriptionRegistration'
          ? []
          : rowsOf(displayName, list);
      };
      expect(await rowsOrNone('scaleSets')).toEqual(truth?.scaleSets);
      expect(await rowsOrNone('arcMachines')).toEqual(truth?.arcMachines);
      expect(await rowsOrNone('identities')).toEqual(truth?.identities.map(({ identity }) => identity));
      expect(await rowsOrNone('roleAssignments')).toEqual(truth?.roleAssignments);
    },
  );

  test('and find one resource by its id, in any casing', async () => {
    const core = truthOf('Retail Core');
    const [set, identity] = [core?.scaleSets[0], core?.identities[0]?.identity];
    const arc = truthOf('Retail Edge')?.arcMachines[0];
    const found = await Promise.all([
      get(set?.id.toUpperCase(), '2026-04-01'),
      get(arc?.id.toLowerCase(), '2025-01-13'),
      get(identity?.id, '2024-11-30'),
    ]);
    expect(found.map(({ json }) => json)).toEqual([set, arc, identity]);
  });

  test('or return 404 for a missing resource', async () => {
    const core = truthOf('Retail Core');
    const gone = await Promise.all([
      get(`${core?.scaleSets[0]?.id}-gone`, '2026-04-01'),
      get(`${truthOf('Retail Edge')?.arcMachines[0]?.id}-gone`, '2025-01-13'),
      get(`${core?.identities[0]?.identity.id}-gone`, '2024-11-30'),
      get(`${core?.identities[0]?.identity.id}-gone/federatedIdentityCredentials`, '2024-11-30'),
    ]);
    expect(gone.map(({ status, json }) => [status, json.error?.code])).toEqual(
      Array(4).fill([404, 'ResourceNotFound']),
    );
  });
});

describe('role assignments', () => {
  test('come from at, above and below the subscription, for all types of principals, with role ids of the subscription', async () => {
    const rows = await rowsOf('Retail Core', 'roleAssignments');
    const subscription = `/subscriptions/${named('Retail Core')}`;
    const scopes = rows.map(({ properties }) => String(properties?.scope));
    const atScope = await client.armRows(`${pathOf('Retail Core', 'roleAssignments')}&$filter=atScope()`);
    expect(scopes).toContain(subscription);
    expect(scopes.some((scope) => scope.startsWith('/providers/Microsoft.Management/'))).toBe(true);
    expect(scopes.some((scope) => scope.startsWith(`${subscription}/resourceGroups/`))).toBe(true);
    expect(new Set(rows.map(({ properties }) => String(properties?.principalType)))).toEqual(
      new Set(['ServicePrincipal', 'User', 'Group']),
    );
    expect(rows.every(({ properties }) => String(properties?.roleDefinitionId).startsWith(`${subscription}/`))).toBe(
      true,
    );
    expect(atScope.length).toBeLessThan(rows.length);
    expect(atScope.every(({ properties }) => !String(properties?.scope).includes('/resourceGroups/'))).toBe(true);
  });

  test('name built-in and custom roles that the subscription lists and that can be read by id', async () => {
    const roles = await rowsOf('Retail Core', 'roleDefinitions');
    const ids = new Set(roles.map(({ id }) => String(id)));
    const assignments = await rowsOf('Retail Core', 'roleAssignments');
    const custom = roles.find(({ properties }) => String(properties?.type) === 'CustomRole');
    const elsewhere = await rowsOf('Legacy ERP', 'roleDefinitions');
    expect(assignments.filter(({ properties }) => !ids.has(String(properties?.roleDefinitionId)))).toEqual([]);
    expect((await get(String(custom?.id), '2022-04-01')).json).toEqual(custom);
    expect(elsewhere.map(({ properties }) => properties?.roleName)).toContain(custom?.properties?.roleName);
  });
});

test('custom roles of a resource group only are not in the list, but in the filtered list, and can be read by id', async () => {
  const id = named('Retail Core');
  const scope = `/subscriptions/${id}/resourceGroups/rg-retail-small`;
  const role = customRole(azure.tenant.tenantId, 'Small Operator', ['Microsoft.Compute/*'], [scope]);
  const assignment = { scope, role, principalId: 'p', principalType: 'ServicePrincipal' } as const;
  const assigned = azure.tenant.roleAssignments.add(assignment);
  const filter = `${pathOf('Retail Core', 'roleDefinitions')}&$filter=atScopeAndBelow()`;
  const names = (rows: Awaited<ReturnType<typeof rowsOf>>) => rows.map(({ properties }) => properties?.roleName);

  const [plain, below] = [await rowsOf('Retail Core', 'roleDefinitions'), await client.armRows(filter)];
  const byId = await get(
    `/subscriptions/${id}/providers/Microsoft.Authorization/roleDefinitions/${role.name}`,
    '2022-04-01',
  );
  azure.tenant.roleAssignments.remove(assigned);

  expect(names(plain)).not.toContain('Small Operator');
  expect(names(below)).toEqual(expect.arrayContaining([...names(plain), 'Small Operator']));
  expect(byId.json.properties?.roleName).toBe('Small Operator');
});

describe('rights', () => {
  test('without Microsoft.Authorization/*/read: 403 for roles, 200 for everything else', async () => {
    const answers = await Promise.all(
      (['scaleSets', 'arcMachines', 'identities', 'roleAssignments', 'roleDefinitions'] as const).map((list) =>
        client.arm(pathOf('Data Lake', list)),
      ),
    );
    const permissions = await get(
      `/subscriptions/${named('Data Lake')}/providers/Microsoft.Authorization/permissions`,
      '2022-04-01',
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 403, 403]);
    expect(answers[3]?.json.error?.message).toContain("'Microsoft.Authorization/roleAssignments/read'");
    expect(permissions.json.value[0]?.actions).not.toContain('*/read');
    expect(truthOf('Data Lake')?.roleAssignments).toBeNull();
  });

  test('on one resource group only: its content', async () => {
    const { tenant } = azure;
    const id = named('Retail Core');
    const before = await rowsOf('Retail Core', 'roleAssignments');
    tenant.setAccess(id, { kind: 'resourceGroupReader', resourceGroup: 'RG-Retail-Small' });
    const [identities, sets, roles] = [
      await rowsOf('Retail Core', 'identities'),
      await rowsOf('Retail Core', 'scaleSets'),
      await rowsOf('Retail Core', 'roleAssignments'),
    ];
    const other = await get(tenant.identities.list(id)[0]?.identity.id, '2024-11-30');
    tenant.setAccess(id, { kind: 'reader' });
    expect([identities, sets]).toEqual([[], []]);
    expect(roles.length).toBeGreaterThan(0);
    expect(roles.length).toBeLessThan(before.length);
    expect(roles.every(({ properties }) => /rg-retail-small$/i.test(String(properties?.scope)))).toBe(true);
    expect(other.status).toBe(403);
  });

  test.each<[string, List, string]>([
    ['Warehouse Production', 'arcMachines', 'Microsoft.HybridCompute'],
    ['Retail Edge', 'identities', 'Microsoft.ManagedIdentity'],
    ['Connectivity', 'scaleSets', 'Microsoft.Compute'],
  ])('in %s %s: 409, since %s is not registered', async (displayName, list, provider) => {
    const { status, json } = await client.arm(pathOf(displayName, list));
    expect([status, json.error?.code]).toEqual([409, 'MissingSubscriptionRegistration']);
    expect(json.error?.message).toContain(`'${provider}'`);
  });

  test.each(Object.keys(lists) as List[])('none: 403 for %s', async (list) => {
    expect((await client.arm(pathOf('Acquisitions', list))).status).toBe(403);
  });
});

test('api-versions are checked as by the providers', async () => {
  const answers = await Promise.all(
    (['scaleSets', 'arcMachines', 'identities', 'roleAssignments'] as const).map((list) =>
      client.arm(pathOf('Retail Core', list).replace(/=[-\d]+$/, '=1999-01-01')),
    ),
  );
  const unregistered = 'NoRegisteredProviderFound';
  expect(answers.map(({ json }) => json.error?.code)).toEqual([
    unregistered,
    unregistered,
    unregistered,
    'InvalidApiVersionParameter',
  ]);
});

test('a subscription of another tenant that admits this one is read like any other', async () => {
  await using own = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 0, vms: 0, state: 2 }) });
  using ownClient = createPlainClient(own);
  const listed = await ownClient.armRows('/subscriptions?api-version=2022-12-01');
  const outlet = listed.find(({ displayName }) => String(displayName).startsWith('Retail Outlet'));
  const path = `${outlet?.id}/providers/Microsoft.Compute/virtualMachines?api-version=2026-04-01`;
  expect(outlet?.tenantId).not.toBe(own.tenant.tenantId);
  expect(await ownClient.armRows(path)).toHaveLength(1);
});

test('faults apply to these lists too', async () => {
  azure.faults.add({
    match: { path: 'userAssignedIdentities$' },
    times: 1,
    answer: { kind: 'status', status: 500 },
  });
  const statuses = [
    (await client.arm(pathOf('Retail Core', 'identities'))).status,
    (await client.arm(pathOf('Retail Core', 'identities'))).status,
  ];
  expect(statuses).toEqual([500, 200]);
});

describe('the activity log', () => {
  const log = (displayName: string, filter: string, more = '') =>
    `/subscriptions/${named(displayName)}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter=${encodeURIComponent(filter)}${more}`;
  const time = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const times = (from: number) => `eventTimestamp ge '${time(from)}' and eventTimestamp le '${time(0)}'`;

  test('accepts the times and one condition, and answers the selected fields', async () => {
    const resourceId = `/subscriptions/${named('Payments')}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-it's`;
    const by = { kind: 'user', name: 'ada@example.com', oid: 'o' } as const;
    azure.tenant.activityLog.record({
      resourceId,
      operation: 'Microsoft.Compute/virtualMachines/write',
      at: Date.now() - 1,
      by,
    });

    const filter = `${times(1)} and resourceUri eq '${resourceId.replace("'", "''").toUpperCase()}'`;
    const rows = await client.armRows(log('Payments', filter, '&$select=caller,status'));

    expect(rows).toEqual([{ caller: 'ada@example.com', status: { value: 'Succeeded', localizedValue: 'Succeeded' } }]);
  });

  test.each([
    ['Payments', () => '', 400],
    ['Payments', () => `${times(1)} and caller eq 'ada@example.com'`, 400],
    ['Payments', () => `${times(1)} and resourceUri eq '/a' and resourceProvider eq 'b'`, 400],
    ['Payments', () => times(91), 400],
    ['Shared Services', () => times(1), 403],
  ])('in %s refuses what Azure refuses: %s', async (displayName, filter, status) => {
    expect((await client.arm(log(displayName, filter()))).status).toBe(status);
  });
});
