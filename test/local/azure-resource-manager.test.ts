import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import { createPlainClient, type PlainClient } from './azure-client.ts';

const compute = '2026-04-01';
let azure: LocalAzure;
let client: PlainClient;
const named = (displayName: RegExp): string =>
  azure.tenant.subscriptions().find((each) => displayName.test(each.displayName))?.subscriptionId ?? '';
const machinesOf = (subscriptionId: string, more = ''): string =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/virtualMachines?api-version=${compute}${more}`;
const errorOf = (json: { readonly [key: string]: unknown }) => json.error;

beforeAll(async () => {
  azure = await startLocalAzure({ tenant: createSampleTenant({ subscriptions: 2, vms: 30 }), pageSize: 7 });
  client = createPlainClient(azure);
});
afterAll(async () => {
  client[Symbol.dispose]();
  await azure.stop();
});

describe('lists', () => {
  test('show every machine of the truth, page by page, with links on their own origin', async () => {
    const truth = azure.tenant.truth().filter((each) => each.virtualMachines.length > 0);
    const first = await client.arm(machinesOf(truth[0]?.subscriptionId ?? ''));
    const rows = await Promise.all(truth.map((each) => client.armRows(machinesOf(each.subscriptionId))));
    expect(rows).toEqual(truth.map((each) => each.virtualMachines));
    expect(first.json.value).toHaveLength(7);
    expect(new URL(first.json.nextLink ?? '').origin).toBe(azure.endpoint);
  });

  test('with statusOnly show the power states of the truth', async () => {
    const [truth] = azure.tenant.truth();
    const rows = await client.armRows(machinesOf(truth?.subscriptionId ?? '', '&statusOnly=true'));
    const states = rows.map(({ id, properties }) => {
      const statuses: readonly { code: string }[] = JSON.parse(JSON.stringify(properties?.instanceView?.statuses));
      return [id, statuses.find(({ code }) => code.startsWith('PowerState/'))?.code ?? null];
    });
    expect(Object.fromEntries(states)).toEqual(truth?.powerStates);
    expect(Object.values(truth?.powerStates ?? {})).toContain(null);
  });

  test('show changes that are made while they are served', async () => {
    const tenant = createSampleTenant({ subscriptions: 1, vms: 3, awkward: false });
    await using own = await startLocalAzure({ tenant });
    using ownClient = createPlainClient(own);
    const subscriptionId = tenant.subscriptions()[0]?.subscriptionId ?? '';
    const before = await ownClient.armRows(machinesOf(subscriptionId));
    tenant.removeVirtualMachine(String(before[0]?.id));
    tenant.updateVirtualMachine(String(before[1]?.id).toUpperCase(), (machine) => ({ ...machine, location: 'moon' }));
    const after = await ownClient.armRows(machinesOf(subscriptionId));
    expect(after.map(({ location }) => location)).toEqual(['moon', before[2]?.location]);
  });

  test('omit hidden subscriptions, which the management group still lists', async () => {
    const listed = await client.armRows('/subscriptions?api-version=2022-12-01');
    const descendants = await client.armRows(
      '/providers/Microsoft.Management/managementGroups/northwind/descendants?api-version=2021-04-01',
    );
    expect(listed.map((each) => each.displayName)).not.toContain('Payroll (restricted)');
    expect(descendants.map((each) => each.name)).toContain(named(/^Payroll/));
  });
});

describe('rights', () => {
  test('on one resource group only: a 200 with its machines, and no permission at the subscription', async () => {
    const id = named(/one resource group/);
    const rows = await client.armRows(machinesOf(id));
    const permissions = await client.arm(
      `/subscriptions/${id}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`,
    );
    const hidden = azure.tenant
      .virtualMachines(id)
      .find((machine) => !rows.some((row) => String(row.id) === machine.id));
    const other = await client.arm(`${hidden?.id}?api-version=${compute}`);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(30);
    expect(permissions.json).toEqual({ value: [] });
    expect(other.status).toBe(403);
  });

  test.each([
    [/^Acquisitions/, 403, 'AuthorizationFailed'],
    [/^Hackathon/, 404, 'SubscriptionNotFound'],
    [/^Connectivity/, 409, 'MissingSubscriptionRegistration'],
  ])('of %s: %i %s', async (displayName, status, code) => {
    const answer = await client.arm(machinesOf(named(displayName)));
    expect(answer.status).toBe(status);
    expect(errorOf(answer.json)).toMatchObject({ code });
  });

  test('follow from the role assignments of the caller', async () => {
    const { principalId } = azure.tenant.systemAssignedIdentity;
    const path = `/subscriptions/${named(/^Payments/)}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01`;
    const all = await client.armRows(path);
    const own = await client.armRows(`${path}&$filter=${encodeURIComponent(`assignedTo('${principalId}')`)}`);
    const definition = await client.arm(`${own[0]?.properties?.roleDefinitionId}?api-version=2022-04-01`);
    expect(own).toHaveLength(1);
    expect(all.length).toBeGreaterThan(1);
    expect(definition.json.properties?.roleName).toBe('Reader');
  });
});

describe('the filters of role assignments', () => {
  const core = () => named(/^Retail Core/);
  const filtered = async (subscriptionId: string, filter: string) => {
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleAssignments`;
    const rows = await client.armRows(`${path}?api-version=2022-04-01&$filter=${encodeURIComponent(filter)}`);
    return rows.map(({ properties }) => `${properties?.principalType} ${properties?.scope}`).sort();
  };
  const principalOf = (name: string) =>
    azure.tenant.virtualMachines(core()).find((machine) => machine.name === name)?.identity?.principalId;

  test('assignedTo includes groups of groups and what is assigned above and below, principalId does not', async () => {
    const principalId = principalOf('vm-in-group-of-group');
    const root = '/providers/Microsoft.Management/managementGroups/northwind';
    const group = `/subscriptions/${core()}/resourceGroups/rg-retail`;
    expect(await filtered(core(), `assignedTo('${principalId}')`)).toEqual([
      `Group ${root}`,
      `ServicePrincipal ${group}`,
    ]);
    expect(await filtered(core(), `atScope() and assignedTo('${principalId?.toUpperCase()}')`)).toEqual([
      `Group ${root}`,
    ]);
    expect(await filtered(core(), `principalId eq '${principalId}'`)).toEqual([`ServicePrincipal ${group}`]);
    expect(await filtered(core(), `assignedTo('${principalOf('vm-in-group-without-role')}')`)).toEqual([]);
  });

  test('groups that are members of each other end', async () => {
    const { roleAssignments } = azure.tenant;
    roleAssignments.addMember('a', 'b');
    roleAssignments.addMember('b', 'A');
    expect([...roleAssignments.groupsOf('a')].sort()).toEqual(['a', 'b']);
  });
});

describe('one machine', () => {
  test('is found in any casing, with its instance view on request', async () => {
    const machine = azure.tenant.virtualMachines(named(/^Payments/))[9];
    const plain = await client.arm(`${machine?.id.toUpperCase()}?api-version=${compute}`);
    const expanded = await client.arm(`${machine?.id}?%24expand=instanceView&api-version=${compute}`);
    expect(plain.json).toEqual(machine);
    expect(expanded.json.properties?.instanceView).toHaveProperty('statuses');
  });

  test('has the client id of its system-assigned identity on a separate route', async () => {
    const machines = azure.tenant.virtualMachines(named(/^Payments/));
    const ask = (id: string | undefined) =>
      client.arm(`${id}/providers/Microsoft.ManagedIdentity/identities/default?api-version=2024-11-30`);
    const withIdentity = machines.find((machine) => machine.identity?.principalId !== undefined);
    const without = machines.find((machine) => machine.identity === undefined);
    const [found, missing] = [await ask(withIdentity?.id), await ask(without?.id)];
    expect(found.json.properties?.principalId).toBe(withIdentity?.identity?.principalId);
    expect(missing.status).toBe(404);
  });

  test('that does not exist gets another answer than a resource group that does not exist', async () => {
    const [machine] = azure.tenant.virtualMachines(named(/^Payments/));
    const noMachine = await client.arm(`${machine?.id}-gone?api-version=${compute}`);
    const noGroup = await client.arm(
      `${machine?.id.replace(/resourceGroups\/[^/]+/, 'resourceGroups/rg-x')}?api-version=${compute}`,
    );
    expect(errorOf(noMachine.json)).toMatchObject({ code: 'ResourceNotFound' });
    expect(errorOf(noGroup.json)).toMatchObject({ code: 'ResourceGroupNotFound' });
  });
});

describe('requests are refused', () => {
  test.each([
    ['/subscriptions', 400, 'MissingApiVersionParameter'],
    ['/subscriptions?api-version=1999-01-01', 400, 'InvalidApiVersionParameter'],
    ['/subscriptions/x?api-version=2022-12-01', 400, 'InvalidSubscriptionId'],
    ['/nowhere?api-version=2022-12-01', 404, 'NotFound'],
    ['/subscriptions/x/providers/Microsoft.Foo/bars?api-version=1', 404, 'InvalidResourceType'],
    ['/subscriptions?api-version=2022-12-01&$skiptoken=nonsense', 400, 'InvalidSkipToken'],
  ])('%s: %i %s', async (path, status, code) => {
    const answer = await client.arm(path);
    expect(answer.status).toBe(status);
    expect(errorOf(answer.json)).toMatchObject({ code });
  });

  test('with the wrong api-version of a provider', async () => {
    const answer = await client.arm(machinesOf(named(/^Payments/)).replace(compute, '1999-01-01'));
    expect(errorOf(answer.json)).toMatchObject({ code: 'NoRegisteredProviderFound' });
  });

  test('as by Azure Stack Hub: other versions, and providers that it does not have', async () => {
    await using stack = await startLocalAzure({ tenant: azure.tenant, cloud: 'azureStack' });
    using stackClient = createPlainClient(stack);
    const id = named(/^Payments/);
    const provider = (type: string, version: string) => `/subscriptions/${id}/providers/${type}?api-version=${version}`;
    const answers = await Promise.all(
      [
        '/subscriptions?api-version=2022-12-01',
        '/subscriptions?api-version=2016-06-01',
        provider('Microsoft.Compute/virtualMachines', compute),
        provider('Microsoft.Compute/virtualMachines', '2020-06-01'),
        provider('Microsoft.HybridCompute/machines', '2025-01-13'),
        provider('Microsoft.ManagedIdentity/userAssignedIdentities', '2024-11-30'),
        provider('Microsoft.Authorization/roleAssignments', '2022-04-01'),
      ].map((path) => stackClient.arm(path)),
    );

    expect(answers.map(({ status, json }) => `${status} ${json.error?.code ?? ''}`)).toEqual([
      '400 InvalidApiVersionParameter',
      '200 ',
      '404 InvalidResourceType',
      '200 ',
      '404 InvalidResourceNamespace',
      '404 InvalidResourceNamespace',
      '404 InvalidResourceType',
    ]);
    expect(answers[2]?.json.error?.message).toContain("The supported api-versions are '2020-06-01,2019-12-01,");
  });

  test('without a valid token, each case with its own code', async () => {
    await using brief = await startLocalAzure({ tenant: azure.tenant, tokenLifetimeSeconds: 0 });
    using briefClient = createPlainClient(brief);
    const identity = azure.tenant.systemAssignedIdentity;
    const mint = () => azure.tokens.mint(identity, 'https://management.azure.com').token;
    const forged = mint().replace(/[^.]+$/, mint().split('.')[2] ?? '');
    const wrongAudience = azure.tokens.mint(identity, 'https://storage.azure.com').token;
    const path = '/subscriptions?api-version=2022-12-01';
    const answers = [
      await client.arm(path, null),
      await client.arm(path, forged),
      await client.arm(path, wrongAudience),
      await briefClient.arm(path),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(answers.map(({ json }) => json.error?.code)).toEqual([
      'AuthenticationFailed',
      'InvalidAuthenticationToken',
      'InvalidAuthenticationTokenAudience',
      'ExpiredAuthenticationToken',
    ]);
    expect(answers[0]?.headers['www-authenticate']).toContain('authorization_uri=');
  });

  test('for a subscription of another tenant', async () => {
    const tenant = createSampleTenant({ subscriptions: 1, vms: 1, awkward: false });
    const subscriptionId = tenant.subscriptions()[0]?.subscriptionId ?? '';
    tenant.changeSubscription(subscriptionId, { tenantId: '11111111-1111-4111-8111-111111111111' });
    await using own = await startLocalAzure({ tenant });
    using ownClient = createPlainClient(own);
    const answer = await ownClient.arm(machinesOf(subscriptionId));
    expect(errorOf(answer.json)).toMatchObject({ code: 'InvalidAuthenticationTokenTenant' });
  });

  test('beyond the limits, when limits are set', async () => {
    const limits = { reads: { burst: 3, perSecond: 0.001 }, computeLists: { burst: 2, perSecond: 0.001 } };
    await using own = await startLocalAzure({ tenant: azure.tenant, limits });
    using ownClient = createPlainClient(own);
    const path = machinesOf(named(/^Payments/));
    const answers = [];
    for (let request = 0; request < 4; request++) answers.push(await ownClient.arm(path));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
    expect(answers.map(({ headers }) => headers['x-ms-ratelimit-remaining-subscription-reads'])).toEqual([
      '2',
      '1',
      '0',
      '0',
    ]);
    expect(answers[2]?.json).toMatchObject({ code: 'OperationNotAllowed' });
    expect(answers[3]?.json.error?.code).toBe('SubscriptionRequestsThrottled');
    expect(own.stats).toMatchObject({ requests: 4, responses429: 2 });
  });
});
