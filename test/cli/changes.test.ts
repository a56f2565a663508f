import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openForWriting } from '../../lib/database/database.ts';
import { allKinds } from '../../lib/inventory/shown-kinds.ts';
import { createInventory, runIdOf } from '../database/fixtures/inventory.ts';
import { writeAuthor } from '../support/authors.ts';
import { machine, mergeRun } from '../support/readings.ts';
import { callCli } from './call-cli.ts';

const one = '11111111-0000-4000-8000-000000000001';
const two = '22222222-0000-4000-8000-000000000002';
const principal = 'aaaaaaaa-0000-4000-8000-000000000001';
const idOf = (name: string, provider = 'Microsoft.Compute/virtualMachines'): string =>
  `/subscriptions/${one}/resourceGroups/Group-1/providers/${provider}/${name}`;
const identityId = idOf('id-web', 'Microsoft.ManagedIdentity/userAssignedIdentities');

const inventory = createInventory();
const accepted = join(dirname(inventory.path), 'accepted.json');
const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  callCli([...args, '--database', inventory.path], { env });

/** Three runs: the second created a machine, gave it an identity and a role; in the third roles could not be read. */
beforeAll(() => {
  inventory.run();
  inventory.subscription(one);
  for (const kind of allKinds) inventory.read(one, 'complete', { kind });
  const web = inventory.machine({ name: '=web', subscription: one, identityType: 'UserAssigned' });
  inventory.machine({ name: 'fleet', subscription: one, type: 1, instanceCount: 3 });
  inventory.run();
  for (const kind of allKinds) inventory.read(one, 'complete', { kind });
  const identity = inventory.userAssigned({ resourceId: identityId, principalId: principal, clientId: null });
  inventory.attach(web, identity, 1, { change: 'identityAttached' });
  inventory.credential(identity, 'github', 'repo:northwind/web', 'federatedCredentialAdded');
  const role = inventory.role({
    id: `${idOf('x')}/roleAssignments/r1`,
    scope: `/subscriptions/${one}`,
    principalId: principal,
  });
  inventory.seen(role, one, 'roleAssigned');
  inventory.finding({ rule: 'privilegedIdentity', severity: 'high', resourceId: idOf('=web'), principalId: principal });
  inventory.finding({ rule: 'sharedIdentity', severity: 'medium', resourceId: identityId, principalId: principal });
  inventory.run();
  for (const kind of allKinds.filter((other) => other !== 'roleAssignments')) inventory.read(one, 'complete', { kind });
  inventory.read(one, 'denied', { kind: 'roleAssignments', reason: 'AuthorizationFailed' });
  // The identity of the machine `=web` gave it the role.
  writeAuthor(inventory.database, 2, ['roleAssigned'], { caller: principal });
  writeAuthor(inventory.database, 2, ['identityAttached'], { caller: '=Ada@example.com' }, ['=Ada@example.com', null]);
});

afterAll(() => {
  inventory.database.close();
  rmSync(dirname(inventory.path), { recursive: true });
});

test('A tag may have the name of what every object has, and its change shows its values', async () => {
  const path = join(dirname(inventory.path), 'tags.sqlite');
  const database = openForWriting(path);
  for (const [day, tags] of [JSON.parse('{"__proto__":"a","constructor":"b"}'), {}].entries()) {
    mergeRun(database, { day: day + 1, subscriptions: { [one]: { machines: [machine('a', { tags })] } } });
  }
  database.close();

  const { stdout } = await callCli(['changes', '-o', 'table', '--database', path]);

  expect(stdout).toContain('tags.__proto__ a → none; tags.constructor b → none');
});

describe('changes', () => {
  const between = ['changes', '--from', runIdOf(1), '--to', runIdOf(2)];

  test('are those between the last two runs, and not complete when something could not be read', async () => {
    const { code, stdout, stderr } = await cli(['changes']);

    expect({ code, stdout }).toEqual({ code: 3, stdout: '[]\n' });
    expect(stderr).toContain('partial, AuthorizationFailed');
  });

  test('are printed as a bare array, with exit code 0 when the run read everything', async () => {
    const { code, stdout } = await cli(between);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { kind: 'identityAttached', resourceId: idOf('=web'), principalId: principal, before: null },
      { kind: 'federatedCredentialAdded', resourceId: identityId },
      { kind: 'roleAssigned', after: { roleDefinitionName: 'Reader' } },
    ]);
  });

  test('have a short description in a table', async () => {
    const { stdout } = await cli([...between, '-o', 'table']);

    const [header, , attached, added, assigned] = stdout.split('\n');
    expect(header).toMatch(/^At +Kind +Resource +PrincipalId +By +Change$/);
    expect(attached).toMatch(
      new RegExp(`identityAttached +=web +${principal} +=Ada@example\\.com \\(and 1 more\\) +id-web$`),
    );
    expect(added).toMatch(/ not read +github: /);
    expect(assigned).toMatch(/ =web +Reader on /);
    expect(added).toContain('github: repo:northwind/web of https://issuer');
    expect(assigned).toContain(`Reader on subscription ${one}`);
  });

  test('are CSV with formulas made harmless', async () => {
    const { stdout } = await cli(['changes', '--from', '2026-11-01T01:30Z', '--to', runIdOf(2), '-o', 'csv']);

    const [header, attached] = stdout.split('\r\n');
    expect(header).toMatch(/^at,notBefore,runId,kind,resourceId,principalId,before,after,byStatus,by\.caller,/);
    expect(attached).toContain(`,identityAttached,${idOf('=web')},${principal},,`);
    expect(attached).toContain(",found,'=Ada@example.com,user,");
  });

  test.each([
    [['--kind', 'roleAssigned'], 1],
    [['--principal-id', principal], 3],
    [['--resource-id', identityId.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions')], 1],
    [['--subscription-id', two], 0],
    [['--caller', '=ADA@example.com'], 1],
    [['--caller', principal.toUpperCase()], 1],
    [['--caller', 'nobody', '--kind', 'subscriptionAppeared'], 0],
  ])('are filtered by %j', async (args, count) => {
    const { code, stdout } = await cli([...between, ...args, '--query', 'length(@)']);

    expect({ code, stdout }).toEqual({ code: 0, stdout: `${count}\n` });
  });

  test.each([
    [['--from', 'yesterday'], 2, '--from'],
    [['--kind', 'created'], 2, 'virtualMachineCreated'],
    [['--from', runIdOf(2), '--to', runIdOf(1)], 2, '--from'],
    [
      ['--from', '2026-11-30', '--to', '2026-11-29'],
      2,
      "--from '2026-11-30T00:00:00.000Z' is later than --to '2026-11-29T00:00:00.000Z'",
    ],
    [['--from', '2020-01-01'], 5, 'NoRunAtThatTime'],
    [['--to', '20200101T000000Z-0000'], 5, 'RunNotFound'],
  ])('with %j exit with %i', async (args, code, text) => {
    const result = await cli(['changes', ...args]);

    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(text);
  });
});

describe('findings', () => {
  test('are printed by severity, and not complete when something could not be read', async () => {
    const { code, stdout } = await cli(['findings']);

    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject([{ severity: 'high' }, { severity: 'medium' }]);
  });

  test('are filtered, as of a run, and chosen by field', async () => {
    const args = ['findings', '--severity', 'high', '--as-of', runIdOf(2), '--select', 'message,stale', '-o', 'csv'];

    expect(await cli(args)).toMatchObject({ code: 0, stdout: "message,stale\r\n'=privilegedIdentity <b>,false\r\n" });
  });

  test('show the most important columns in a table', async () => {
    const { stdout } = await cli(['findings', '--rule', 'sharedIdentity', '-o', 'table']);

    expect(stdout).toMatch(/^Severity +Rule +Resource +PrincipalId +Message +FirstSeen\n/);
    expect(stdout).toMatch(new RegExp(`medium +sharedIdentity +id-web +${principal} +=sharedIdentity <b>`));
  });

  test('leave out the accepted findings', async () => {
    const entry = { rule: 'privilegedIdentity', principalId: principal, reason: 'it deploys', expires: '2999-01-01' };
    writeFileSync(accepted, JSON.stringify([entry]));

    const { stdout } = await cli(['findings'], { INVENTORY_ACCEPTED_FINDINGS: accepted });

    expect(JSON.parse(stdout)).toMatchObject([{ rule: 'sharedIdentity' }]);
  });

  test('exit with 2 when the accepted findings cannot be read, or name an unknown rule', async () => {
    const results = await Promise.all([
      cli(['findings'], { INVENTORY_ACCEPTED_FINDINGS: '/nonexistent.json' }),
      cli(['findings', '--rule', 'any']),
    ]);

    expect(results.map(({ code }) => code)).toEqual([2, 2]);
    expect(results[0]?.stderr).toContain('/nonexistent.json');
    expect(results[1]?.stderr).toContain('danglingIdentity');
  });
});

describe('what is known of identities and scale sets', () => {
  test('is in the table of principals: state, roles and credentials', async () => {
    const { stdout } = await cli(['principals', '-o', 'table']);

    expect(stdout).toMatch(/^PrincipalId +Kind +State +VirtualMachines +Identity +Roles +Federated +LastSeen\n/);
    expect(stdout).toMatch(new RegExp(`${principal} +User +attached +=web +id-web +Reader +github +2026`));
  });

  test('has a line for each role and credential of a single principal', async () => {
    const { stdout } = await cli(['principals', principal, '-o', 'table']);

    expect(stdout).toMatch(new RegExp(`\nroleAssignments +Reader on /subscriptions/${one}\n`));
    expect(stdout).toMatch(/\nfederatedCredentials +github: repo:northwind\/web of https:\/\/issuer\n/);
  });

  test('lists scale sets with their number of instances', async () => {
    const { code, stdout } = await cli(['list', '--type', 'scaleSets', '-o', 'table']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/ Type +Instances .*\n.*\nfleet .* scaleSet +3\n$/);
  });
});
