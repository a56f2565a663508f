import { afterEach, describe, expect, test } from 'vitest';
import { readLiveAccess } from '../../lib/collect/live-access.ts';
import { InventoryError } from '../../lib/errors.ts';
import { toLivePrincipal } from '../../lib/inventory/live-principal.ts';
import type { Environment } from '../../lib/settings.ts';
import { builtInRoles, customRole } from '../../local/azure/tenant/access/role-definitions.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { forbidden, throttled } from '../support/fault-presets.ts';

const principalId = 'aaaaaaaa-0000-4000-8000-000000000001';
const inner = 'bbbbbbbb-0000-4000-8000-000000000001';
const outer = 'bbbbbbbb-0000-4000-8000-000000000002';
const root = '/providers/Microsoft.Management/managementGroups/northwind';

let stand: AzureForTests | null = null;
afterEach(async () => {
  await stand?.[Symbol.asyncDispose]();
  stand = null;
});

/** Three readable subscriptions; the principal has roles of its own and through a group of a group. */
async function start() {
  stand = await startAzureForTests({ subscriptions: 3, vms: 1, awkward: false });
  const { tenant } = stand.azure;
  const { roleAssignments, tenantId } = tenant;
  const [first = '', second = '', third = ''] = tenant
    .subscriptions()
    .map((one) => `/subscriptions/${one.subscriptionId}`);
  roleAssignments.addMember(inner, principalId);
  roleAssignments.addMember(outer, inner);
  const assign = (
    role: Parameters<typeof roleAssignments.add>[0]['role'],
    to: string,
    scope: string,
    condition?: string,
  ) =>
    roleAssignments.add({
      role,
      scope,
      principalId: to,
      principalType: to === principalId ? 'ServicePrincipal' : 'Group',
      ...(condition === undefined ? {} : { condition }),
    });
  assign(builtInRoles.reader, principalId, root);
  assign(builtInRoles.contributor, outer, second);
  assign(builtInRoles.keyVaultSecretsUser, inner, `${third}/resourceGroups/rg`, "@Resource[x] StringEquals 'y;z'");
  assign(
    customRole(tenantId, 'Only below', ['Microsoft.Web/*'], [`${first}/resourceGroups/rg`]),
    principalId,
    `${first}/resourceGroups/rg`,
  );
  // Of others.
  assign(builtInRoles.owner, 'bbbbbbbb-0000-4000-8000-00000000000f', first);
  const read = (environment: Environment = {}, signal: AbortSignal = AbortSignal.timeout(60_000)) => {
    const own = stand ?? expect.unreachable();
    const settings = own.settings(environment);
    return readLiveAccess({ session: own.session(settings), settings, principalId: principalId.toUpperCase(), signal });
  };
  return { azure: stand.azure, waits: stand.waits, scopes: [first, second, third] as const, read };
}

const groupsOf = (access: Awaited<ReturnType<typeof readLiveAccess>>) =>
  toLivePrincipal(principalId, null, access).accessCoverage;

describe('the roles that a principal has now', () => {
  test('are its own and those of groups of groups, each once, with conditions', async () => {
    const { read, scopes } = await start();
    const access = await read();
    const [first, second, third] = scopes;
    const rows = access.roleAssignments.map(({ scope, roleDefinitionName, inherited, via, groupId, condition }) => {
      return [scope, roleDefinitionName, inherited, via, groupId, condition];
    });
    expect(new Map(rows.map(([scope, ...rest]) => [scope, rest]))).toEqual(
      new Map<unknown, unknown>([
        [root, ['Reader', true, 'direct', null, null]],
        [second, ['Contributor', false, 'group', outer, null]],
        [
          `${third}/resourceGroups/rg`,
          ['Key Vault Secrets User', false, 'group', inner, "@Resource[x] StringEquals 'y;z'"],
        ],
        [`${first}/resourceGroups/rg`, ['Only below', false, 'direct', null, null]],
      ]),
    );
    expect(rows).toHaveLength(4);
    expect(access.completeness).toMatchObject({ complete: true, coverage: { complete: 3, blindSpots: 0 } });
    expect(groupsOf(access)).toEqual({
      direct: 'complete',
      groups: { subscriptionsRead: 3, subscriptionsAsked: 3 },
      directory: 'notRead',
    });
  });

  test('are the same whichever subscription answers first', async () => {
    const { azure, read, scopes } = await start();
    const before = await read();
    for (const [index, scope] of scopes.entries()) {
      azure.faults.add({
        match: { path: `^${scope}/.*roleAssignments` },
        answer: { kind: 'delay', ms: 60 - 30 * index },
      });
    }
    const after = await read();
    expect(after.roleAssignments).toEqual(before.roleAssignments);
  });

  test('stay when one subscription answers 403, and the answer says so', async () => {
    const { azure, read, scopes } = await start();
    const [, second] = scopes;
    azure.faults.add({ match: { path: `^${second}/.*roleAssignments` }, answer: forbidden('x/read', second) });
    const access = await read();
    expect(access.roleAssignments.map(({ roleDefinitionName }) => roleDefinitionName)).toContain(
      'Key Vault Secrets User',
    );
    expect(access.roleAssignments).toHaveLength(3);
    expect(access.completeness).toMatchObject({ complete: false, coverage: { complete: 2, denied: 1 } });
    expect(groupsOf(access)).toMatchObject({
      direct: 'partial',
      groups: { subscriptionsRead: 2, subscriptionsAsked: 3 },
    });
  });

  test('wait for throttling, for a bounded time', async () => {
    const { azure, waits, read, scopes } = await start();
    const [first, second] = scopes;
    azure.faults.add({ match: { path: `^${first}/.*roleAssignments` }, times: 2, answer: throttled({ seconds: 7 }) });
    const waited = await read();
    azure.faults.add({ match: { path: `^${second}/.*roleAssignments` }, answer: throttled({ seconds: 50 }) });
    const gaveUp = await read();
    expect(waited.completeness.complete).toBe(true);
    expect(waits).toContain(7000);
    expect(gaveUp.completeness).toMatchObject({ complete: false, coverage: { complete: 2, failed: 1 } });
    expect(gaveUp.coverage.find(({ status }) => status === 'failed')?.kinds.roleAssignments?.reason?.code).toBe(
      'Throttled',
    );
  });

  test('are what was read when the time is over', async () => {
    const { azure, read, scopes } = await start();
    const [, second] = scopes;
    azure.faults.add({ match: { path: `^${second}/.*roleAssignments` }, answer: { kind: 'never' } });
    const timeout = new AbortController();
    const reading = read({}, timeout.signal);
    await expect
      .poll(() => azure.requests.filter(({ path }) => /roleDefinitions$/.test(path)).length)
      .toBeGreaterThan(0);
    await expect.poll(() => azure.faults.strikes[0]).toBe(1);
    timeout.abort(new DOMException('The time is over', 'TimeoutError'));
    const access = await reading;
    expect(access.completeness.complete).toBe(false);
    expect(groupsOf(access).groups).toMatchObject({ subscriptionsAsked: 3 });
    expect(groupsOf(access).groups.subscriptionsRead).toBeLessThan(3);
  });

  test('are incomplete where the list may be filtered: Reader on a resource group only', async () => {
    const { azure, read, scopes } = await start();
    const [, second] = scopes;
    const id = second.split('/').at(-1) ?? '';
    azure.tenant.setAccess(id, { kind: 'resourceGroupReader', resourceGroup: 'rg' });
    const access = await read();
    expect(access.completeness).toMatchObject({ complete: false, coverage: { complete: 2, partial: 1 } });
    expect(groupsOf(access).groups).toEqual({ subscriptionsRead: 2, subscriptionsAsked: 3 });
  });

  test('stay when one of them is malformed, and the answer says so', async () => {
    const { azure, read, scopes } = await start();
    const [first, second] = scopes;
    const good = {
      scope: second,
      roleDefinitionId: `${second}/x/roleDefinitions/${builtInRoles.reader.name}`,
      principalId,
    };
    const value = [
      { id: `${second}/odd`, properties: { ...good, principalId: '../\u001b[31m$(id)' } },
      { id: `${second}/good`, properties: good },
    ];
    azure.faults.add({
      match: { path: `^${second}/.*roleAssignments` },
      answer: { kind: 'status', status: 200, body: { value } },
    });
    const access = await read();
    expect(access.roleAssignments.map(({ id }) => id)).toContain(`${second}/good`);
    expect(access.roleAssignments.map(({ scope }) => scope)).toContain(`${first}/resourceGroups/rg`);
    expect(access.completeness).toMatchObject({ complete: false, coverage: { complete: 2, partial: 1 } });
  });

  test('are asked only where the settings allow, and a configured subscription that is not visible is a blind spot', async () => {
    const { azure, read, scopes } = await start();
    const [first = '', second = ''] = scopes.map((scope) => scope.split('/').at(-1) ?? '');
    azure.tenant.hideSubscription(second);
    const access = await read({ INVENTORY_SUBSCRIPTIONS: `${first},${second}` });
    expect(access.completeness).toMatchObject({ complete: false, coverage: { complete: 1, blindSpots: 1 } });
    expect(groupsOf(access).groups).toEqual({ subscriptionsRead: 1, subscriptionsAsked: 1 });
  });

  test('are not read when the list of subscriptions is refused', async () => {
    const { azure, read } = await start();
    azure.faults.add({ match: { path: '^/subscriptions$' }, answer: forbidden('x/read', '/') });
    await expect(read()).rejects.toThrow(InventoryError);
  });

  test('are none, and not complete, when no subscription is visible', async () => {
    const { azure, read } = await start();
    for (const { subscriptionId } of azure.tenant.subscriptions()) azure.tenant.hideSubscription(subscriptionId);
    const access = await read();
    expect(access).toMatchObject({
      roleAssignments: [],
      completeness: { complete: false },
      reason: { code: 'NoSubscriptions' },
    });
    expect(groupsOf(access)).toMatchObject({
      direct: 'notRead',
      groups: { subscriptionsRead: 0, subscriptionsAsked: 0 },
    });
  });
});
