import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { createInventory, runIdOf } from '../database/fixtures/inventory.ts';
import { callCli } from './call-cli.ts';

const one = '11111111-0000-4000-8000-000000000001';
const two = '22222222-0000-4000-8000-000000000002';
const lost = '33333333-0000-4000-8000-000000000003';
const system = 'aaaaaaaa-0000-4000-8000-000000000001';
const user = 'aaaaaaaa-0000-4000-8000-000000000002';
const client = 'cccccccc-0000-4000-8000-000000000002';
const never = 'ffffffff-0000-4000-8000-00000000000f';
const identityId = `/subscriptions/${one}/resourceGroups/ids/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shared`;

const idOf = (subscription: string, name: string): string =>
  `/subscriptions/${subscription}/resourceGroups/Group-1/providers/Microsoft.Compute/virtualMachines/${name}`;

const whole = createInventory();
const holed = createInventory();
const cli = (args: readonly string[], stdin = '') => callCli([...args, '--database', whole.path], { stdin });

beforeAll(() => {
  whole.run();
  for (const id of [one, two]) {
    whole.subscription(id, { displayName: `Sub ${id.slice(0, 1)}` });
    for (const kind of allKinds) whole.read(id, 'complete', { kind });
  }
  const web = whole.machine({
    name: 'web',
    subscription: one,
    identityType: 'SystemAssigned, UserAssigned',
    tags: { env: 'prod', formula: '=1+1', 'kubernetes.io=cluster': 'owned' },
  });
  whole.attach(web, whole.systemAssigned(system), 0);
  whole.attach(web, whole.userAssigned({ resourceId: identityId, principalId: user, clientId: client }), 1);
  whole.machine({ name: '=cmd', subscription: one });
  whole.machine({ name: 'twin', subscription: one });
  whole.machine({ name: 'twin', subscription: two });
  const old = whole.machine({ name: 'old', subscription: two });
  whole.run();
  for (const id of [one, two]) for (const kind of allKinds) whole.read(id, 'complete', { kind });
  whole.read(one, 'complete', { kind: 'powerStates' });
  whole.read(two, 'failed', { kind: 'powerStates', reason: 'Throttled' });
  whole.end(old, 'virtualMachineDeleted');

  holed.run();
  holed.subscription(one, { displayName: 'Fine' });
  holed.subscription(two, { displayName: 'Shut' });
  const ended = [
    holed.machine({ name: 'ended', subscription: one }),
    holed.machine({ name: 'past', subscription: two }),
  ];
  holed.machine({ name: 'hidden', subscription: two });
  holed.run();
  for (const kind of allKinds) {
    holed.read(one, 'complete', { kind });
    holed.read(two, 'denied', { kind, reason: 'AuthorizationFailed' });
  }
  for (const machine of ended) holed.end(machine, 'virtualMachineDeleted');
  holed.machine({ name: 'web', subscription: one });
});

afterAll(() => {
  for (const { path, database } of [whole, holed]) {
    database.close();
    rmSync(dirname(path), { recursive: true });
  }
});

describe('list', () => {
  test('prints a bare array of what exists, as JSON, and exits with 0', async () => {
    const { code, stdout, stderr } = await cli(['list', '--orderby', 'name']);

    const machines: { name: string; principalIds: string[] }[] = JSON.parse(stdout);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(machines.map(({ name }) => name)).toEqual(['=cmd', 'twin', 'twin', 'web']);
    expect(machines.at(-1)?.principalIds).toEqual([system, user]);
    expect(stdout).toBe(`${JSON.stringify(machines, null, 2)}\n`);
  });

  test('prints one value per line for a query as TSV', async () => {
    const { code, stdout } = await cli(['list', '--query', '[*].identity.principalId', '-o', 'tsv']);

    expect({ code, stdout }).toEqual({ code: 0, stdout: `${system}\n` });
  });

  test.each([
    ['rows of fields, null as None', '[?name==`web`].[name, powerState, stale]', 'web\tNone\tFalse\n'],
    ['objects in the order of the query', '[?name==`web`].{z: name, a: osType}', 'web\tLinux\n'],
    ['the length of a list inside', '[?name==`web`].[principalIds]', '2\n'],
    ['nothing for null', 'nothing', ''],
    ['a number', 'length(@)', '4\n'],
  ])('prints as TSV, as az does: %s', async (_, query, expected) => {
    expect(await cli(['list', '--query', query, '-o', 'tsv'])).toMatchObject({ code: 0, stdout: expected });
  });

  test('applies a query to chosen fields, even if a machine lacks some', async () => {
    const select = ['list', '--select', 'name,instanceCount', '--orderby', 'name'];
    const [names, counts, lines] = await Promise.all([
      cli([...select, '--query', '[].name']),
      cli([...select, '--query', '[?instanceCount].name']),
      cli([...select, '--query', "[?name=='web']", '-o', 'tsv']),
    ]);

    expect(names).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(names.stdout)).toEqual(['=cmd', 'twin', 'twin', 'web']);
    expect([counts.stdout, lines.stdout]).toEqual(['[]\n', 'web\tNone\n']);
  });

  test('prints CSV with CR LF, nested fields flattened and formulas made harmless', async () => {
    const { code, stdout } = await cli(['list', '--orderby', 'name', '-o', 'csv']);

    const lines = stdout.split('\r\n');
    expect({ code, lines: lines.length, last: lines.at(-1) }).toEqual({ code: 0, lines: 6, last: '' });
    expect(lines[0]).toContain('identity.type,identity.principalId');
    expect(lines[1]).toContain(",'=cmd,");
    expect(lines[4]).toContain(`"SystemAssigned, UserAssigned",${system},,${identityId},${system};${user}`);
    expect(lines[4]).toContain('env=prod;formula==1+1');
  });

  test('prints NDJSON and YAML item by item', async () => {
    const [ndjson, yaml] = await Promise.all([
      cli(['list', '--select', 'name', '--orderby', 'name', '-o', 'ndjson']),
      cli(['list', '--select', 'name', '--orderby', 'name', '-o', 'yaml']),
    ]);

    expect(ndjson.stdout).toBe('{"name":"=cmd"}\n{"name":"twin"}\n{"name":"twin"}\n{"name":"web"}\n');
    expect(yaml.stdout).toBe('- name: =cmd\n- name: twin\n- name: twin\n- name: web\n');
  });

  test('prints a table with headers', async () => {
    const { stdout } = await cli(['list', '--identity-type', 'any', '-o', 'table']);

    const [header, dashes, row] = stdout.split('\n');
    expect(header).toMatch(/^Name +PrincipalIds +ResourceGroup +Subscription +Location +PowerState +Identity$/);
    expect(dashes).toMatch(/^[- ]+$/);
    expect(row).toMatch(new RegExp(`^web +${system} \\+1 +Group-1 +Sub 1 +westeurope +Both$`));
  });

  test.each([
    [['--subscription-id', two], ['twin']],
    [['--subscription-id', never], []],
    [['--tag', 'env=prod', '--tag', 'formula'], ['web']],
    [['--tag', 'kubernetes.io=cluster'], ['web']],
    [['--tag', 'KUBERNETES.IO=cluster=owned', '--tag', 'formula==1+1'], ['web']],
    [['--tag', 'kubernetes.io=cluster=shared'], []],
    [['--principal-id', user.toUpperCase()], ['web']],
    [['--client-id', client], ['web']],
    [['--name', 'WEB'], ['web']],
    [['--contains', 'MD'], ['=cmd']],
    [
      ['--contains', `${two.toUpperCase()}/RESOURCEgroups/group-1`, '--deleted', 'any'],
      ['twin', 'old'],
    ],
    [['--contains', '%'], []],
    [
      ['--vm-size', 'standard_d2S_V5', '--subscription-id', one],
      ['web', '=cmd', 'twin'],
    ],
    [['--vm-size', 'Standard_D2s'], []],
    [['--identity-type', 'both'], ['web']],
    [['--deleted', 'true'], ['old']],
    [
      ['--as-of', runIdOf(1), '--subscription-id', two],
      ['twin', 'old'],
    ],
    [
      ['--identity-type', 'none', '--resource-group', 'group-1', '--location', 'westeurope'],
      ['twin', 'twin', '=cmd'],
    ],
  ])('filters by %j', async (args, names) => {
    const { code, stdout } = await cli(['list', ...args, '--query', '[].name']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout).toSorted()).toEqual(names.toSorted());
  });

  test('exits with 5 for a run that does not exist', async () => {
    expect(await cli(['list', '--as-of', '20200101T000000Z-0000'])).toMatchObject({ code: 5, stdout: '' });
  });
});

describe('an answer that is not complete', () => {
  test('is printed, exits with 3 and says on stderr which subscription, why and what to do', async () => {
    const { code, stdout, stderr } = await callCli(['list', '--database', holed.path]);

    expect({ code, rows: JSON.parse(stdout).length }).toEqual({ code: 3, rows: 2 });
    expect(stderr).toMatch(
      new RegExp(`not complete: 1 subscription denied\n {2}${two} Shut: denied, AuthorizationFailed`),
    );
    expect(stderr).toContain('hint: do it');
  });

  test('exits with 0 with --allow-incomplete, or when the filters exclude the gap', async () => {
    const results = await Promise.all([
      callCli(['list', '--allow-incomplete', '--database', holed.path]),
      callCli(['list', '--subscription-id', one, '--database', holed.path]),
      callCli(['show', idOf(one, 'web'), '--database', holed.path]),
    ]);

    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(results.map(({ stderr }) => stderr === '')).toEqual([false, true, true]);
  });

  test('is one on power states when some could not be read', async () => {
    const commands = [['list'], ['principals']].flatMap((args) => [args, [...args, '--power-state', 'running']]);
    const results = await Promise.all(commands.map((args) => cli(args)));

    expect(results.map(({ code }) => code)).toEqual([0, 3, 0, 3]);
    for (const result of [results[1], results[3]]) expect(result?.stderr).toContain('Sub 2: partial, Throttled');
  });

  test('is one on power states of the past', async () => {
    const { code, stderr } = await cli(['list', '--power-state', 'running', '--as-of', runIdOf(1)]);

    expect(code).toBe(3);
    expect(stderr).toMatch(/PastPowerStates: .+\n {4}hint: Leave out --as-of/);
    expect(stderr).toContain('Sub 1: partial, NotRead: The run did not read power states');
  });

  test('is reported for the ledger and for principals as well', async () => {
    const commands = [['subscriptions'], ['principals'], ['principals', never, user]];
    const results = await Promise.all(commands.map((args) => callCli([...args, '--database', holed.path])));

    expect(results.map(({ code }) => code)).toEqual([3, 3, 3]);
  });
});

describe('show', () => {
  test('prints the principal id of a machine as az resource show does', async () => {
    const { code, stdout } = await cli(['show', 'web', '--query', 'identity.principalId', '-o', 'tsv']);

    expect({ code, stdout }).toEqual({ code: 0, stdout: `${system}\n` });
  });

  test('takes an id in any casing', async () => {
    const { code, stdout } = await cli([
      'show',
      idOf(one, 'WEB').toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'),
    ]);

    expect({ code, name: JSON.parse(stdout).name }).toEqual({ code: 0, name: 'web' });
  });

  test('lists the ids of an ambiguous name on stderr and exits with 2', async () => {
    const { code, stdout, stderr } = await cli(['show', 'twin']);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(idOf(one, 'twin'));
    expect(stderr).toContain(idOf(two, 'twin'));
  });

  test('shows a deleted machine with the time of its end, by name and by id', async () => {
    const results = await Promise.all([cli(['show', 'old']), cli(['show', idOf(two, 'old')])]);

    for (const { code, stdout } of results) {
      expect({ code, deletedAt: JSON.parse(stdout).deletedAt }).toEqual({
        code: 0,
        deletedAt: expect.stringMatching(/Z$/),
      });
    }
  });

  test('by name is not complete while some subscription could not be read', async () => {
    const commands = [
      ['show', 'web'],
      ['show', 'ended'],
      ['list', '--name', 'web'],
    ];
    const results = await Promise.all(commands.map((args) => callCli([...args, '--database', holed.path])));

    expect(results.map(({ code }) => code)).toEqual([3, 3, 3]);
    expect(JSON.parse(results[1]?.stdout ?? '').deletedAt).toMatch(/Z$/);
    for (const { stderr } of results) expect(stderr).toContain(`${two} Shut: denied, AuthorizationFailed`);
  });

  test('by id is as complete as its subscription', async () => {
    const ids = [idOf(one, 'web'), idOf(one, 'ended'), idOf(two, 'hidden'), idOf(two, 'past')];
    const results = await Promise.all(ids.map((id) => callCli(['show', id, '--database', holed.path])));

    expect(results.map(({ code }) => code)).toEqual([0, 0, 3, 3]);
  });

  test('exits with 5 for a machine that was never seen', async () => {
    const results = await Promise.all([cli(['show', 'nobody']), cli(['show', idOf(one, 'nobody')])]);

    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual([
      [5, ''],
      [5, ''],
    ]);
  });
});

describe('a tag filter that can never match', () => {
  test.each([
    ['list', '--tag', 'kubernetes.io=node'],
    ['list', '--tag', 'env=prod', '--tag', 'env=test'],
    ['principals', '--tag', 'kubernetes.io'],
    ['report', '--tag', 'nothing'],
    ['report', 'principals', '--format', 'ndjson', '--tag', 'nothing=x'],
  ])('exits with 2, and stderr says why: %s %s %s %s', async (...args) => {
    const { code, stdout, stderr } = await cli(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`tag=${args.at(-1)}`);
    expect(stderr).toContain('match');
  });

  test('also says what was not read', async () => {
    const { code, stderr } = await callCli(['list', '--tag', 'env', '--database', holed.path]);

    expect(code).toBe(2);
    expect(stderr).toContain("no machine has a tag named 'env'");
    expect(stderr).toContain(`${two} Shut: denied, AuthorizationFailed`);
  });
});

describe('principals', () => {
  test('prints one principal as an object, by principal id or client id', async () => {
    const results = await Promise.all([cli(['principals', user]), cli(['principals', client.toUpperCase()])]);

    for (const { code, stdout } of results) {
      expect({ code, ...JSON.parse(stdout) }).toMatchObject({
        code: 0,
        principalId: user,
        state: 'attached',
        identityId,
      });
    }
  });

  test('exits with 5 for a principal that was never seen', async () => {
    expect(await cli(['principals', never])).toMatchObject({ code: 5, stdout: '' });
  });

  test('prints an array with an entry per id in the order given, for arguments and for lines', async () => {
    const results = await Promise.all([
      cli(['principals', never, system]),
      cli(['principals', '--stdin'], `${never}\n\n  ${system} \r\n`),
    ]);

    for (const { code, stdout } of results) {
      const [first, second] = JSON.parse(stdout);
      expect(code).toBe(0);
      expect(first).toEqual({ principalId: never, state: 'neverSeen' });
      expect(second).toMatchObject({ principalId: system, virtualMachines: [{ name: 'web' }] });
    }
  });

  test('prints an array even for a single line', async () => {
    expect(JSON.parse((await cli(['principals', '--stdin'], system)).stdout)).toHaveLength(1);
  });

  test('filters by kind and by a part of an id or of the name of a machine', async () => {
    const [byKind, byText, byId] = await Promise.all([
      cli(['principals', '--kind', 'SystemAssigned', '--query', '[].principalId', '-o', 'tsv']),
      cli(['principals', '--contains', 'IDENTITIES/SHARED', '--select', 'principalId,virtualMachineCount']),
      cli(['principals', system, '--contains', 'web']),
    ]);

    expect(byKind).toMatchObject({ code: 0, stdout: `${system}\n` });
    expect(JSON.parse(byText.stdout)).toEqual([{ principalId: user, virtualMachineCount: 1 }]);
    expect(byId.code).toBe(2);
    expect(byId.stderr).toContain('--contains filters the list of all principals');
  });

  test('prints CSV with a row per principal and machine', async () => {
    const { stdout } = await cli(['principals', '-o', 'csv', '--select', 'principalId,virtualMachines']);

    const rows = stdout
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(','));
    expect(rows.map(([principalId, , name]) => [principalId, name]).toSorted()).toEqual([
      [system, 'web'],
      [user, 'web'],
    ]);
  });
});

describe('search', () => {
  test('finds ids and parts of names, the best first', async () => {
    const [byId, byName] = await Promise.all([cli(['search', client.toUpperCase()]), cli(['search', 'SHAR'])]);

    expect(byId.code).toBe(0);
    expect(JSON.parse(byId.stdout)).toMatchObject([{ kind: 'principal', id: user, match: 'clientId', exact: true }]);
    expect(JSON.parse(byName.stdout)).toMatchObject([
      { kind: 'identity', id: identityId, principalId: user, exact: false },
    ]);
  });

  test('prints a table, and says when there is more', async () => {
    const { stdout, stderr } = await cli(['search', 'twin', '--limit', '1', '-o', 'table']);

    expect(stdout).toMatch(/^Kind\s+PrincipalId\s+Name\s+Detail\s+Match/);
    expect(stdout).toContain('virtualMachine');
    expect(stderr).toContain('There are more hits than --limit 1 of some kind');
  });

  test('prints an empty list when nothing has the text, and exits as the other lists do', async () => {
    expect(await cli(['search', never])).toMatchObject({ code: 0, stdout: '[]\n' });
    const gap = await callCli(['search', never, '--database', holed.path]);
    expect(gap).toMatchObject({ code: 3, stdout: '[]\n' });
    expect(gap.stderr).toContain(`${two} Shut: denied`);
  });

  test('refuses a text of one character', async () => {
    const { code, stderr } = await cli(['search', 'a']);
    expect(code).toBe(2);
    expect(stderr).toContain("TEXT is 'a'; allowed: 2 to 256 characters");
  });
});

describe('the other queries', () => {
  test('list runs, the newest first', async () => {
    const { code, stdout } = await cli(['runs', '--query', '[].id', '-o', 'tsv']);

    expect({ code, stdout }).toEqual({ code: 0, stdout: `${runIdOf(2)}\n${runIdOf(1)}\n` });
  });

  test('show the ledger, and an empty list of blind spots', async () => {
    const [ledger, blindSpots] = await Promise.all([cli(['subscriptions']), cli(['subscriptions', '--blind-spots'])]);

    expect(JSON.parse(ledger.stdout)).toMatchObject([
      { subscriptionId: one, status: 'complete' },
      { subscriptionId: two, status: 'complete' },
    ]);
    expect(blindSpots).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  test('show only the subscriptions with a status, and the command for each denied one', async () => {
    const from = (...args: string[]) => callCli([...args, '--database', holed.path]);
    const [denied, failed, both] = await Promise.all([
      from('subscriptions', '--status', 'denied'),
      from('subscriptions', '--status', 'failed'),
      from('subscriptions', '--status', 'failed', '--blind-spots'),
    ]);

    expect(JSON.parse(denied.stdout)).toMatchObject([
      { subscriptionId: two, grantCommand: expect.stringContaining(two) },
    ]);
    expect([denied.code, failed.code, failed.stdout, both.code]).toEqual([3, 3, '[]\n', 2]);
  });

  test('list the findings on one resource', async () => {
    const findings = await cli(['findings', '--resource-id', idOf(one, 'WEB')]);
    expect(findings).toMatchObject({ code: 0, stdout: '[]\n' });
    expect((await cli(['findings', '--resource-id', 'web'])).code).toBe(2);
  });

  test('name a lost subscription among the blind spots', async () => {
    const inventory = createInventory();
    inventory.run();
    inventory.subscription(lost, { visibility: 'lost' });
    inventory.blindSpot(lost);

    const { code, stdout, stderr } = await callCli(['subscriptions', '--blind-spots', '--database', inventory.path]);

    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject([{ subscriptionId: lost }]);
    expect(stderr).toContain('1 blind spot');
  });
});
