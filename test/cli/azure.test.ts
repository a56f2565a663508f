import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant, type SampleTenant } from '../../local/azure/sample-tenant.ts';
import { builtInRoles } from '../../local/azure/tenant/access/role-definitions.ts';
import { casesOf } from '../support/cases.ts';
import { forbidden, identityError } from '../support/fault-presets.ts';
import { callCli } from './call-cli.ts';
import { bundledCli, type CliResult, runCli, sourceCli, startCli } from './run-cli.ts';

const principal = 'aaaaaaaa-0000-4000-8000-000000000001';
const azures: LocalAzure[] = [];
let cwd: string;
let azure: LocalAzure;
let results: CliResult[];

beforeAll(async () => {
  azure = await newAzure();
});
afterAll(() => Promise.all(azures.map((each) => each.stop())));
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'cli-azure-'));
  results = [];
});
afterEach(async () => {
  azure.reset();
  await rm(cwd, { recursive: true });
});

/** Two subscriptions of five machines. */
async function newAzure(change: (tenant: SampleTenant) => void = () => undefined): Promise<LocalAzure> {
  const tenant = createSampleTenant({ subscriptions: 2, vms: 5, awkward: false });
  change(tenant);
  const started = await startLocalAzure({ tenant });
  azures.push(started);
  return started;
}

async function cli(...args: readonly string[]): Promise<CliResult> {
  return cliOn(azure, args);
}

async function cliOn(
  where: LocalAzure,
  args: readonly string[],
  entry?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const env = { ...where.environment('AppService'), ...more };
  const result = await runCli(args, { env, cwd, ...(entry === undefined ? {} : { entry }) });
  results.push(result);
  return result;
}

/** A command that reads only what `collect` has stored. */
async function stored(...args: readonly string[]): Promise<CliResult> {
  const result = await callCli(args, { cwd });
  results.push(result);
  return result;
}

const subscriptionIds = (where: LocalAzure): string[] => where.tenant.subscriptions().map((one) => one.subscriptionId);

describe('from Azure to an answer', () => {
  test.each(
    casesOf(1, [
      ['the bundle', bundledCli],
      ['the sources', sourceCli],
    ] as const),
  )('collects, lists, shows and looks up with %s', async (_, entry) => {
    const collect = await cliOn(azure, ['collect'], entry);
    const list = await cliOn(azure, ['list'], entry);
    const machines: { id: string; identity: { principalId: string | null }; principalIds: string[] }[] = JSON.parse(
      list.stdout,
    );
    const machine = machines.find(({ identity }) => identity.principalId !== null);
    const show = await cliOn(azure, ['show', machine?.id ?? '', '--query', 'identity.principalId', '-o', 'tsv'], entry);
    const principal = await cliOn(azure, ['principals', machine?.identity.principalId ?? ''], entry);

    expect([collect.code, list.code, show.code, principal.code]).toEqual([0, 0, 0, 0]);
    expect(JSON.parse(collect.stdout)).toMatchObject({ trigger: 'cli', complete: true, virtualMachineCount: 10 });
    expect(machines).toHaveLength(10);
    expect(show.stdout).toBe(`${machine?.identity.principalId}\n`);
    expect(JSON.parse(principal.stdout).virtualMachines).toMatchObject([{ id: machine?.id, detachedAt: null }]);
  });

  test('says what is missing when a management group cannot be read', async () => {
    const collect = await cli('collect', '--management-group', 'nobody-has-it');

    expect(collect.code).toBe(3);
    expect(collect.stderr).toMatch(/ManagementGroupsNotRead.*nobody-has-it: NotFound/);
    expect(collect.stderr).toContain('az account management-group list');
    expect(JSON.parse(collect.stdout).coverage.blindSpots).toBeNull();
  });

  test('counts the blind spots of one management group and names the other, live as well', async () => {
    const groups = { INVENTORY_MANAGEMENT_GROUPS: 'northwind,nobody-has-it' };
    const collect = await cliOn(azure, ['collect'], undefined, groups);
    const live = await cliOn(azure, ['list', '--live'], undefined, groups);

    expect([collect.code, live.code]).toEqual([3, 3]);
    expect(JSON.parse(collect.stdout).coverage.blindSpots).toBe(0);
    expect(collect.stderr).toMatch(/ManagementGroupsNotRead.*nobody-has-it: NotFound/);
    expect(live.stderr).toMatch(/ManagementGroupsNotRead.*nobody-has-it: NotFound/);
  });

  test('reads Azure Stack Hub completely, in the versions that it has', async () => {
    const tenant = createSampleTenant({ subscriptions: 2, vms: 3, awkward: false, plain: true });
    const stack = await startLocalAzure({ tenant, cloud: 'azureStack' });
    azures.push(stack);
    const collect = await cliOn(stack, ['collect']);
    const ledger = await stored('subscriptions', '--query', '[].kinds.arcMachines.[status, count, reason.code]');
    const live = await cliOn(stack, ['list', '--live', '--query', 'length(@)']);

    expect([collect.code, ledger.code, live.code]).toEqual([0, 0, 0]);
    expect(JSON.parse(collect.stdout)).toMatchObject({ complete: true, virtualMachineCount: 6 });
    expect(JSON.parse(ledger.stdout)).toEqual(Array(2).fill(['complete', 0, 'InvalidResourceNamespace']));
    expect(JSON.parse(live.stdout)).toBe(6);
  });

  test('lists live the machines that a run would read, and stores nothing', async () => {
    const live = await cli('list', '--live', '--query', '[].id');
    const files = await readdir(cwd);
    await cli('collect');
    const kept = await stored('list', '--query', '[].id');

    expect({ code: live.code, files }).toEqual({ code: 0, files: [] });
    expect(JSON.parse(live.stdout).toSorted()).toEqual(JSON.parse(kept.stdout).toSorted());
  });

  test('reports that a live list of running machines is not complete when power states could not be read', async () => {
    const [first = ''] = subscriptionIds(azure);
    azure.faults.add({
      match: { path: `${first}/providers/Microsoft.Compute/virtualMachines$`, query: 'statusOnly' },
      answer: { kind: 'status', status: 404, body: { error: { code: 'Strange', message: 'no such thing' } } },
    });
    const running = await cli('list', '--live', '--power-state', 'running', '--query', '[].id');
    azure.reset();
    const all = await cli('list', '--live', '--power-state', 'running', '--query', '[].id');

    expect([running.code, all.code]).toEqual([3, 0]);
    expect(running.stderr).toMatch(new RegExp(`warning: the answer is not complete[^]*${first}.*partial, Strange`));
    expect(all.stderr).toBe('');
  });

  test('shows a machine live, by name and by id', async () => {
    const [id = '', name = ''] = JSON.parse((await cli('list', '--live', '--query', '[0].[id, name]')).stdout);
    const [subscription] = azure.tenant.subscriptions().filter((each) => id.includes(each.subscriptionId));
    const shown = [await cli('show', '--live', id), await cli('show', '--live', name)];
    const missing = await cli('show', '--live', `${id}-missing`);

    const rows = shown.map(({ code, stdout }) => ({ code, ...JSON.parse(stdout) }));
    const expected = { code: 0, id, subscriptionName: subscription?.displayName };
    expect(rows).toMatchObject([expected, expected]);
    expect(missing).toMatchObject({ code: 5, stdout: '' });
  });

  test('shows the roles that a principal has now, also through groups, and stores nothing', async () => {
    const own = await newAzure();
    const { roleAssignments } = own.tenant;
    const [first = '', second = ''] = subscriptionIds(own);
    const [machine] = own.tenant.virtualMachines(first).filter(({ identity }) => identity?.principalId);
    const principalId = machine?.identity?.principalId ?? '';
    const [inner, outer] = ['bbbbbbbb-0000-4000-8000-000000000001', 'bbbbbbbb-0000-4000-8000-000000000002'];
    roleAssignments.addMember(inner, principalId);
    roleAssignments.addMember(outer, inner);
    const group = { principalId: outer, principalType: 'Group', scope: `/subscriptions/${second}` } as const;
    roleAssignments.add({ ...group, role: builtInRoles.contributor, condition: "@Resource[x] StringEquals 'y'" });
    const before = await cliOn(own, ['principals', principalId, '--live']);
    const files = await readdir(cwd);
    await cliOn(own, ['collect', '--client-ids']);
    const known = await stored('principals', principalId);
    const { clientId } = JSON.parse(known.stdout);
    const live = await cliOn(own, ['principals', clientId, '--live']);
    const texts = await Promise.all(
      ['table', 'csv'].map((format) => cliOn(own, ['principals', principalId, '--live', '-o', format])),
    );

    expect([before.code, files, known.code, live.code]).toEqual([0, [], 0, 0]);
    expect(JSON.parse(before.stdout)).toMatchObject({ principalId, state: 'neverSeen', kind: null, complete: true });
    expect(before.stderr).toMatch(/note: no run has seen .* principal id/);
    expect(JSON.parse(known.stdout)).toMatchObject({ roleAssignments: [], accessCoverage: { groups: 'notRead' } });
    expect(JSON.parse(live.stdout)).toMatchObject({
      principalId,
      state: 'attached',
      virtualMachines: [{ id: machine?.id }],
      roleAssignments: [{ via: 'group', groupId: outer, roleDefinitionName: 'Contributor', scope: group.scope }],
      accessCoverage: { direct: 'complete', groups: { subscriptionsRead: 2, subscriptionsAsked: 2 } },
      runId: null,
      complete: true,
    });
    expect(live.stderr).toBe('');
    for (const { stdout } of texts) expect(stdout).toMatch(new RegExp(`${outer} if @Resource.x. StringEquals 'y'`));
    expect(texts[1]?.stdout).toContain('2 of 2 subscriptions');
  });

  test('says which subscription did not tell the roles that a principal has now', async () => {
    const [first = ''] = subscriptionIds(azure);
    azure.faults.add({
      match: { path: `${first}/providers/Microsoft.Authorization/roleAssignments$` },
      answer: forbidden('Microsoft.Authorization/roleAssignments/read', `/subscriptions/${first}`),
    });
    const id = azure.tenant.systemAssignedIdentity.principalId;
    const { code, stdout, stderr } = await cli('principals', id, '--live');

    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      complete: false,
      roleAssignments: [{ via: 'direct', groupId: null, roleDefinitionName: 'Reader' }],
      accessCoverage: { groups: { subscriptionsRead: 1, subscriptionsAsked: 2 } },
    });
    expect(stderr).toMatch(
      new RegExp(`the answer is not complete: 1 subscription denied[^]*${first}.*AuthorizationFailed`),
    );
  });

  test.each([
    [['principals', '--live'], 'InvalidOption'],
    [['principals', principal, principal, '--live'], 'InvalidOption'],
    [['principals', '--stdin', '--live'], 'InvalidOption'],
    [['principals', principal, '--live', '--as-of', '2026-11-01'], 'InvalidOption'],
    [['principals', 'vm-1', '--live'], 'InvalidOption'],
    [['principals', "x') or ('", '--live'], 'InvalidOption'],
  ])('refuses %j before any request', async (args, error) => {
    const before = azure.requests.length;
    const { code, stderr } = await cli(...args);

    expect({ code, requests: azure.requests.length - before }).toEqual({ code: 2, requests: 0 });
    expect(stderr).toContain(error);
  });

  test('reads only the requested subscriptions, without power states', async () => {
    const [first = ''] = subscriptionIds(azure);
    const { code, stdout } = await cli('collect', '--no-power-state', '--subscription', first.toUpperCase());

    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, scope: [first], virtualMachineCount: 5 });
    expect(azure.requests.some(({ query }) => query.includes('statusOnly'))).toBe(false);
  });

  test('reads the client ids of system-assigned identities on request, and finds their machines by them', async () => {
    const collect = await cli('collect', '--client-ids');
    const { stdout } = await stored('principals', '--query', "[?kind=='SystemAssigned'].clientId");
    const clientIds: string[] = JSON.parse(stdout);
    const found = await stored('principals', clientIds[0] ?? '');

    expect(collect.code).toBe(0);
    expect(clientIds.length).toBeGreaterThan(0);
    expect(clientIds).not.toContain(null);
    expect(JSON.parse(found.stdout)).toMatchObject({
      clientId: clientIds[0],
      kind: 'SystemAssigned',
      state: 'attached',
    });
  });

  test('refuses to forget a subscription that is visible, and forgets a lost one', async () => {
    const shrinking = await newAzure((tenant) => {
      for (const each of createSampleTenant({ subscriptions: 4, vms: 1, seed: 2, awkward: false }).subscriptions()) {
        tenant.addSubscription(each);
      }
    });
    const [first = '', second = ''] = subscriptionIds(shrinking);
    await cliOn(shrinking, ['collect']);
    shrinking.tenant.hideSubscription(first);
    const lost = await cliOn(shrinking, ['collect']);
    const visible = await cliOn(shrinking, ['forget', second, '--reason', 'a mistake']);
    const forgotten = await cliOn(shrinking, ['forget', first, '--reason', 'cancelled']);
    const after = await stored('list', '--subscription-id', first);

    expect(lost).toMatchObject({ code: 3, stderr: expect.stringContaining(first) });
    expect(visible).toMatchObject({ code: 1, stderr: expect.stringContaining('SubscriptionVisible') });
    expect({ code: forgotten.code, ...JSON.parse(forgotten.stdout) }).toMatchObject({
      code: 0,
      changes: { subscriptionForgotten: 1 },
    });
    expect(JSON.parse(after.stdout)).toEqual([]);
  });
});

describe('what cannot be read', () => {
  test('is a warning with the command that grants access, and exit code 3', async () => {
    const [first = ''] = subscriptionIds(azure);
    azure.faults.add({
      match: { path: `${first}/providers/Microsoft.Compute` },
      answer: forbidden('Microsoft.Compute/virtualMachines/read', `/subscriptions/${first}`),
    });
    const collect = await cli('collect');
    const list = await stored('list', '-o', 'tsv', '--query', 'length(@)');
    const allowed = await stored('list', '--allow-incomplete');

    expect({ code: collect.code, ...JSON.parse(collect.stdout) }).toMatchObject({
      code: 3,
      complete: false,
      coverage: { complete: 1, denied: 1 },
    });
    expect(collect.stderr).toContain(`--role Reader --scope /subscriptions/${first}`);
    expect(list).toMatchObject({ code: 3, stdout: '5\n', stderr: expect.stringContaining('AuthorizationFailed') });
    expect(allowed.code).toBe(0);
  });

  test('is everything: exit code 3, no machine', async () => {
    azure.faults.add({ match: { path: 'Microsoft.Compute' }, answer: forbidden('x/read', '/subscriptions') });
    const collect = await cli('collect');
    const live = await cli('list', '--live');

    expect({ code: collect.code, ...JSON.parse(collect.stdout) }).toMatchObject({ code: 3, coverage: { denied: 2 } });
    expect(live).toMatchObject({ code: 3, stdout: '[]\n', stderr: expect.stringContaining('2 subscriptions denied') });
  });

  test('is every subscription, because none is visible: exit code 3 and the reason', async () => {
    const empty = await newAzure((tenant) => {
      for (const { subscriptionId } of tenant.subscriptions()) tenant.hideSubscription(subscriptionId);
    });
    const collect = await cliOn(empty, ['collect']);
    const list = await stored('list');
    const live = await cliOn(empty, ['list', '--live']);

    expect({ code: collect.code, ...JSON.parse(collect.stdout) }).toMatchObject({
      code: 3,
      complete: false,
      reason: { code: 'NoSubscriptions' },
    });
    for (const { stderr } of [collect, list, live]) expect(stderr).toContain('NoSubscriptions');
    expect([list, live].map(({ code, stdout }) => [code, stdout])).toEqual([
      [3, '[]\n'],
      [3, '[]\n'],
    ]);
  });

  test('is the list of subscriptions: exit code 1, and the database is unchanged', async () => {
    await cli('collect');
    const before = await hashOf(join(cwd, 'inventory.sqlite'));
    azure.faults.add({ match: { path: '^/subscriptions$' }, answer: forbidden('x/read', '/') });
    const { code, stdout, stderr } = await cli('collect');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error AuthorizationFailed: /);
    expect(await hashOf(join(cwd, 'inventory.sqlite'))).toBe(before);
  });

  test('is stopped by Ctrl-C: the run ends soon, and the database is unchanged', async () => {
    await cli('collect');
    const before = await hashOf(join(cwd, 'inventory.sqlite'));
    azure.faults.add({ match: { path: 'Microsoft.Compute' }, answer: { kind: 'never' } });
    const child = startCli(['collect'], { env: azure.environment('AppService'), cwd });
    const closed = once(child, 'close');
    await expect.poll(() => azure.faults.strikes[0], { timeout: 20_000 }).toBeGreaterThan(0);
    child.kill('SIGINT');
    await closed;

    expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: 1, signal: null });
    expect(await hashOf(join(cwd, 'inventory.sqlite'))).toBe(before);
  });
});

describe('the identity', () => {
  test('is shown by whoami with its roles and without its token', async () => {
    const { code, stdout } = await cli('whoami');

    const { principalId, clientId } = azure.tenant.systemAssignedIdentity;
    const [first = ''] = subscriptionIds(azure);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 0,
      source: 'AppService',
      principalId,
      clientId,
      identityId: null,
      cloud: 'AzureCloud',
      roles: expect.arrayContaining([{ scope: `/subscriptions/${first}`, roleDefinitionName: 'Reader' }]),
    });
  });

  test('lacks Reader: whoami shows where and the command that grants it, and exits with 0', async () => {
    const [first = ''] = subscriptionIds(azure);
    azure.tenant.setAccess(first, { kind: 'none' });
    const { code, stdout, stderr } = await cli('whoami');
    azure.tenant.setAccess(first, { kind: 'reader' });

    const missing = JSON.parse(stdout).missingRights.find(({ scope }: { scope: string }) => scope.endsWith(first));
    expect([code, missing.role]).toEqual([0, 'Reader']);
    expect(stderr).toContain(`warning: Reader is missing on /subscriptions/${first}: ${missing.grantCommand}\n`);
  });

  test('gives tokens as az account get-access-token prints them', async () => {
    const { code, stdout } = await cli('token');

    const output = JSON.parse(stdout);
    expect({ code, keys: Object.keys(output) }).toEqual({
      code: 0,
      keys: ['accessToken', 'expiresOn', 'expires_on', 'subscription', 'tenant', 'tokenType'],
    });
    expect(azure.tokens.verify(output.accessToken)?.aud).toMatch(/^https:\/\/management\.azure\.com/);
    expect(output.expiresOn).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  });

  test.each(casesOf(1, [['collect'], ['whoami'], ['token'], ['list', '--live']]))(
    'is missing where nothing listens: %j exits with 4 and says what to turn on',
    async (...args) => {
      const env = { ...azure.environment('AppService'), IDENTITY_ENDPOINT: await nobody() };
      const result = await runCli([...args, '--verbose'], { env, cwd });
      results.push(result);

      expect(result).toMatchObject({ code: 4, stdout: '' });
      expect(result.stderr).toMatch(/hint: .*az functionapp identity assign/);
    },
  );

  test('is not found: exit code 4', async () => {
    azure.faults.add({ match: { endpoint: 'identity' }, answer: identityError(400) });

    expect(await cli('token')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('IdentityNotFound'),
    });
  });

  test('has no token for that audience: exit code 4, naming it', async () => {
    const result = await cli('token', '--resource', 'https://nothing.example');

    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toMatch(/AudienceNotSupported.*https:\/\/nothing\.example/);
  });
});

test('no output has a token or an identity header, not even with --verbose', async () => {
  const [first = ''] = subscriptionIds(azure);
  azure.faults.add({ match: { path: first }, answer: forbidden('x/read', '/') });
  await cli('collect', '--verbose');
  await cli('list', '--verbose');
  await cli('list', '--live', '--verbose');
  await cli('whoami', '--verbose');
  await cli('token', '--resource', 'https://nothing.example', '--verbose');
  const database = await readFile(join(cwd, 'inventory.sqlite'), 'latin1');

  const written = [...results.flatMap(({ stdout, stderr }) => [stdout, stderr]), database].join('\n');
  expect(written).not.toContain(azure.identityHeader);
  expect(written).not.toMatch(/eyJ[\w-]{20,}/);
  expect(written).not.toMatch(/\n\s+at .+:\d+:\d+/);
});

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** An address without a listener. */
async function nobody(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/msi/token`;
}
