import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SubscriptionTruth } from '../../local/azure/tenant/types.ts';
import { expectedRow } from './expected-row.ts';
import { type Answer, type System, startSystem } from './system.ts';

/** One story, told in order: the first run, a day on which a subscription is closed to us, the day after. */
let system: System;
beforeAll(async () => {
  system = await startSystem({ subscriptions: 3, vms: 45 });
});
afterAll(() => system.stop());

type Row = Answer['body'];

/** Every row of a list, page by page. */
async function rowsOf(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, body, text } = await system.get(next);
    if (status !== 200) throw new Error(`${next} was answered with ${status}: ${text}`);
    rows.push(...body.value);
    next = body.nextLink;
  }
  return rows;
}

function byId(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id.toLowerCase(), row]));
}

function expectedRows(truth: readonly SubscriptionTruth[]): Row[] {
  return truth.flatMap((subscription) =>
    subscription.virtualMachines.map((machine) => expectedRow(subscription, machine)),
  );
}

/** Compares every field of every row but the times of readings. */
function expectRows(rows: readonly Row[], expected: readonly Row[]): void {
  const found = byId(rows.map(({ firstSeen: _first, lastSeen: _last, ...row }) => row));
  expect(found.size).toBe(rows.length);
  expect([...found.keys()].sort()).toEqual([...byId(expected).keys()].sort());
  for (const row of expected) expect(found.get(row.id.toLowerCase())).toEqual(row);
}

async function coverageByName(): Promise<Map<string, Row>> {
  const rows = await rowsOf('subscriptions?maxpagesize=3');
  return new Map(rows.map((row) => [row.displayName, row]));
}

const isCommitOrNull = (commit: unknown) => commit === null || /^[0-9a-f]{40}$/.test(String(commit));

test('before the first run the app says that there is no inventory yet', async () => {
  const [machines, health] = [await system.get('virtualMachines'), await system.get('health')];

  expect(machines.status).toBe(503);
  expect(machines.headers.get('x-ms-error-code')).toBe('InventoryNotReady');
  expect(machines.headers.get('retry-after')).toMatch(/^\d+$/);
  expect([health.status, health.body]).toEqual([
    200,
    { status: 'healthy', version: expect.any(String), commit: expect.toSatisfy(isCommitOrNull), lastRun: null },
  ]);
});

test('the timer’s run answers every machine as Azure has it, field by field', async () => {
  const run = await system.runTimer();
  const expected = expectedRows(await system.truth());

  const rows = await rowsOf('virtualMachines?maxpagesize=50');

  expect(run).toMatchObject({
    trigger: 'timer',
    status: 'succeeded',
    complete: false,
    virtualMachineCount: rows.length,
  });
  expect(expected.length).toBeGreaterThan(100);
  expectRows(rows, expected);
});

test('the ledger tells the subscriptions apart that cannot simply be read', async () => {
  const ledger = await coverageByName();

  expect(ledger.get('Shared Services (one resource group)')).toMatchObject({
    status: 'partial',
    reason: { code: 'NotReaderOnSubscription', hint: expect.stringContaining('az role assignment create') },
  });
  expect(ledger.get('Acquisitions – Contoso Retail')).toMatchObject({
    status: 'denied',
    reason: { code: 'AuthorizationFailed' },
  });
  expect(ledger.get('Connectivity')).toMatchObject({ status: 'complete', virtualMachineCount: 0 });
  expect(ledger.get('Access to Azure Active Directory')?.status).toMatch(/^(skipped|complete)$/);
  expect(ledger.get('Hackathon 2024')?.status).toBe('skipped');
  expect(ledger.has('Payroll (restricted)')).toBe(false);
  expect([...ledger.values()].filter(({ status }) => status === 'complete').length).toBeGreaterThanOrEqual(3);
});

test('identity, health, runs and the database answer', async () => {
  const identity = await system.get('identity');
  const health = await system.get('health');
  const runs = await system.get('runs');
  const run = await system.get(`runs/${runs.body.value[0].id}`);
  const database = await fetch(await urlOf('database?inline=true'));

  expect(identity.body).toMatchObject({ source: 'AppService', audience: expect.any(String), roles: expect.any(Array) });
  expect(health.body).toMatchObject({ status: 'healthy', lastRun: { complete: false } });
  expect(run.body).toEqual(runs.body.value[0]);
  expect(await countIn(Buffer.from(await database.arrayBuffer()))).toBe(run.body.virtualMachineCount);
});

async function urlOf(path: string): Promise<string> {
  const next: string = (await system.get('virtualMachines?maxpagesize=1')).body.nextLink;
  return `${new URL(next).origin}/api/${path}`;
}

async function countIn(database: Buffer): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'e2e-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'inventory.sqlite');
  await writeFile(path, database);
  using opened = new DatabaseSync(path, { readOnly: true });
  return opened.prepare('SELECT count(*) AS count FROM virtual_machines').get()?.count;
}

test('each principal id leads to the machines that it is on', async () => {
  const truth = await system.truth();
  const listed = truth.flatMap(({ identities }) => identities.map(({ identity }) => identity));
  const expected = new Map(listed.map(({ properties }) => [properties.principalId, new Set<string>()]));
  for (const { principalIds, identity, id } of expectedRows(truth)) {
    // a machine may name an identity without its ids; the list of identities has them
    const named = Object.keys(identity.userAssignedIdentities ?? {}).map((name) => name.toLowerCase());
    const byName = listed.filter((each) => named.includes(each.id.toLowerCase()));
    for (const each of [...principalIds, ...byName.map(({ properties }) => properties.principalId)]) {
      expected.set(each, (expected.get(each) ?? new Set()).add(id.toLowerCase()));
    }
  }

  const principals = await rowsOf('principals?maxpagesize=100');

  const found = new Map(
    principals.map(({ principalId, virtualMachines }) => [
      principalId,
      new Set(virtualMachines.map(({ id }: Row) => id.toLowerCase())),
    ]),
  );
  expect(found).toEqual(expected);
  expect(new Set(principals.map(({ state }) => state))).toEqual(new Set(['attached', 'dangling']));
});

test('a principal shows the roles that Azure assigns to it now, and says when one subscription refused', async () => {
  const [open] = await system.truth();
  const { principalId } = (await system.get('identity')).body;
  const live = await system.get(`principals/${principalId}?live=true`);
  await system.addFault({
    match: { path: `${open?.subscriptionId}/providers/Microsoft.Authorization/roleAssignments$` },
    answer: { kind: 'status', status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } },
  });
  const refused = await system.get(`principals/${principalId}?live=true`);
  await system.clearFaults();

  const scopes = (answer: Answer) => answer.body.roleAssignments.map(({ scope }: Row) => scope);
  const own = `/subscriptions/${open?.subscriptionId}`;
  const { subscriptionsRead, subscriptionsAsked } = live.body.accessCoverage.groups;
  expect([live.status, refused.status]).toEqual([200, 200]);
  expect(live.body).toMatchObject({ principalId, state: 'neverSeen', runId: null });
  expect([scopes(live).includes(own), scopes(refused).includes(own)]).toEqual([true, false]);
  expect(refused.body.roleAssignments).toHaveLength(live.body.roleAssignments.length - 1);
  expect(refused.body).toMatchObject({
    complete: false,
    accessCoverage: { groups: { subscriptionsRead: subscriptionsRead - 1, subscriptionsAsked } },
  });
});

test('a subscription that is closed to the identity keeps its machines, stale, and nothing is complete', async () => {
  const [closed] = await system.truth();
  if (closed === undefined) throw new Error('The tenant is empty.');
  await system.addFault({
    match: { path: `/subscriptions/${closed.subscriptionId}/providers/Microsoft.Compute/` },
    answer: { kind: 'status', status: 403 },
  });

  const run = await system.runTimer();
  const answer = await system.get(`virtualMachines?subscriptionId=${closed.subscriptionId}&maxpagesize=1000`);
  await system.clearFaults();

  expect(run).toMatchObject({ status: 'succeeded', complete: false, changes: {} });
  expect(answer.body).toMatchObject({ complete: false, runId: run.id });
  expect(answer.body.value).toHaveLength(closed.virtualMachines.length);
  expect(answer.body.value.every(({ stale, deletedAt }: Row) => stale && deletedAt === null)).toBe(true);
  expect((await coverageByName()).get(closed.displayName)).toMatchObject({ status: 'denied' });
});

test('the day after: the rows are Azure’s again, and what was deleted is still answered', async () => {
  const before = byId(await rowsOf('virtualMachines?maxpagesize=1000'));
  await system.restart(2);
  const run = await system.runTimer();
  const truth = await system.truth();
  const expected = expectedRows(truth);

  const rows = await rowsOf('virtualMachines?stale=false&maxpagesize=1000');
  const stale = await rowsOf('virtualMachines?stale=true&maxpagesize=1000');
  const deleted = await rowsOf('virtualMachines?deleted=true&maxpagesize=1000');

  expectRows(rows, expected);
  // Where only a resource group can be read, what is missing may be anywhere: it stays.
  const partly = truth.find(({ access }) => access === 'resourceGroupReader')?.subscriptionId;
  expect(stale.map(({ subscriptionId }) => subscriptionId)).toEqual([partly]);
  expect(run.changes.virtualMachineDeleted).toBeGreaterThan(0);
  expect(run.changes.virtualMachineCreated).toBeGreaterThan(0);
  expect(deleted.length).toBeGreaterThanOrEqual(run.changes.virtualMachineDeleted);
  expect(deleted.every(({ id, deletedAt }) => before.has(id.toLowerCase()) && deletedAt !== null)).toBe(true);
  expect(deleted.some(({ id }) => byId(expected).has(id.toLowerCase()))).toBe(false);
});

test('the principal of a deleted machine is still known, and gone', async () => {
  const deleted = await rowsOf('virtualMachines?deleted=true&identityType=systemAssigned&maxpagesize=1000');
  const present = new Set(
    (await rowsOf('virtualMachines?maxpagesize=1000')).map(({ identity }) => identity.principalId),
  );
  const machine = deleted.find(({ identity }) => !present.has(identity.principalId));

  const { status, body } = await system.get(`principals/${machine?.identity.principalId}`);
  const byItsId = await system.get(machine?.id.slice(1));

  expect(status).toBe(200);
  expect(body).toMatchObject({ state: 'gone', kind: 'SystemAssigned' });
  expect(body.virtualMachines).toEqual([
    expect.objectContaining({ id: machine?.id, detachedAt: expect.stringMatching(/Z$/) }),
  ]);
  expect([byItsId.status, byItsId.body.deletedAt]).toEqual([200, machine?.deletedAt]);
});

test('no token, key or identity header is in anything that was written or answered', async () => {
  const token = await system.token();
  const [header] = token.split('.');
  const key = /AccountKey=([^;]+)/.exec(system.connectionString)?.[1] ?? '';
  const secrets = [`${header}.`, system.identityHeader(), key];

  const blobs = await system.blobs();

  expect(secrets.every((secret) => secret.length > 20)).toBe(true);
  expect([...blobs.keys()]).toEqual(
    expect.arrayContaining(['inventory/latest.json', 'inventory/current/virtualMachines.ndjson']),
  );
  for (const secret of secrets) {
    expect(system.said.filter((text) => text.includes(secret))).toEqual([]);
    expect([...blobs].filter(([, bytes]) => bytes.includes(secret)).map(([name]) => name)).toEqual([]);
  }
});
