import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openForReading } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { iterateChanges } from '../../lib/database/queries/changes.ts';
import type { Change } from '../../lib/inventory/change.ts';
import type { ChangeFilter } from '../../lib/inventory/query.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { collectIntoFile } from '../../lib/run/collect-into-file.ts';
import type { Environment } from '../../lib/settings.ts';
import type { FaultRule } from '../../local/azure/faults/faults.ts';
import type { Caller, LoggedCall } from '../../local/azure/tenant/activity/activity-log.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { forbidden, serverError, throttled } from '../support/fault-presets.ts';

const [one, two] = [0, 1];
const ada: Caller = { kind: 'user', name: 'Ada@example.com', oid: 'a1111111-0000-4000-8000-000000000001' };
const ben: Caller = { kind: 'user', name: 'ben@example.com', oid: 'a1111111-0000-4000-8000-000000000002' };
const policy: Caller = {
  kind: 'application',
  oid: 'b1111111-0000-4000-8000-000000000001',
  appid: 'b1111111-0000-4000-8000-000000000002',
  named: 'oid',
};
const logPath = '/providers/Microsoft\\.Insights/eventtypes/';
const denied = forbidden('Microsoft.Insights/eventtypes/values/read', '/subscriptions/s');
const hourMs = 3_600_000;

let stand: AzureForTests;
let folder: string;
beforeEach(async () => {
  stand = await startAzureForTests({ subscriptions: 2, vms: 3, awkward: false });
  folder = mkdtempSync(join(tmpdir(), 'vm-identities-'));
  await collect();
  stand.azure.reset();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await stand[Symbol.asyncDispose]();
});

const databasePath = () => join(folder, 'inventory.sqlite');
async function collect(environment: Environment = {}): Promise<Run> {
  const settings = stand.settings(environment);
  const session = stand.session(settings);
  const signal = AbortSignal.timeout(20_000);
  return collectIntoFile({ databasePath: databasePath(), session, settings, trigger: 'cli', scope: null, signal });
}
/** Changes of all runs. */
function changes(filter: ChangeFilter = {}): Change[] {
  using database = openForReading(databasePath());
  return [...iterateChanges(database, { from: null, to: resolveAsOf(database, null) }, filter)];
}
const authors = () => changes().map(({ kind, by, byStatus }) => [kind, byStatus, by?.caller ?? null]);
const logRequests = () => stand.azure.requests.filter(({ path }) => new RegExp(logPath, 'i').test(path));
const filters = () => logRequests().map(({ query }) => / and (resource\w+ eq '[^']*')/.exec(query)?.[1]);

const machineIds = (index: number): readonly string[] => {
  const id = stand.azure.tenant.subscriptions()[index]?.subscriptionId ?? '';
  return stand.azure.tenant.virtualMachines(id).map((machine) => machine.id);
};
const idOf = (index: number, machine = 0): string => machineIds(index)[machine] ?? '';
function resize(id: string): string {
  stand.azure.tenant.updateVirtualMachine(id, (machine) => {
    const properties = { ...machine.properties, hardwareProfile: { vmSize: `Standard_${Date.now()}` } };
    return { ...machine, properties };
  });
  return id;
}
function record(resourceId: string, by: Caller, more: Partial<LoggedCall> = {}): void {
  const operation = 'Microsoft.Compute/virtualMachines/write';
  stand.azure.tenant.activityLog.record({ resourceId, operation, at: Date.now(), by, ...more });
}
const fail = (answer: FaultRule['answer'], times = 1_000): void =>
  stand.azure.faults.add({ match: { path: logPath }, times, answer });

test('the author is the newest succeeded write of the machine itself, after the last reading', async () => {
  const id = resize(idOf(one));
  record(id, ada);
  const others: readonly [string, Partial<LoggedCall>][] = [
    [id, { status: 'Failed', at: Date.now() + 1 }],
    [id, { status: 'Started', at: Date.now() + 1 }],
    [id, { operation: 'Microsoft.Compute/virtualMachines/start/action', at: Date.now() + 1 }],
    [id, { at: Date.now() - hourMs }],
    [id, { at: Date.now() + hourMs }],
    [`${id}0`, {}],
    [`${id}/extensions/agent`, { operation: 'Microsoft.Compute/virtualMachines/extensions/write' }],
    [`${id}/providers/Microsoft.Authorization/roleAssignments/1`, {}],
  ];
  for (const [resourceId, more] of others) record(resourceId, ben, more);

  await collect();

  const [change] = changes();
  expect(change).toMatchObject({
    kind: 'virtualMachineUpdated',
    byStatus: 'found',
    by: {
      caller: 'Ada@example.com',
      callerType: 'user',
      callerId: null,
      operation: 'Microsoft.Compute/virtualMachines/write',
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      clientIpAddress: '192.0.2.40',
      candidates: null,
    },
  });
  expect(Date.parse(change?.by?.at ?? '')).toBeLessThanOrEqual(Date.parse(change?.at ?? ''));
});

test('several writers in one window: the last one, and every distinct one as a candidate', async () => {
  const id = resize(idOf(one));
  const at = Date.now();
  record(id.toUpperCase(), ben, { at: at - 3 });
  record(id, { ...ada, name: 'ADA@EXAMPLE.COM' }, { at: at - 2 });
  record(id, policy, { at: at - 1 });
  record(id, ada, { at });

  await collect();

  expect(changes()[0]?.by).toMatchObject({
    caller: 'Ada@example.com',
    candidates: ['Ada@example.com', policy.oid, 'ben@example.com'],
  });
});

test('a policy deletes: its own principal is the author, and the writer before it a candidate', async () => {
  const id = idOf(one);
  record(id, ada, { at: Date.now() - 1 });
  record(id, policy, { operation: 'Microsoft.Compute/virtualMachines/delete' });
  stand.azure.tenant.removeVirtualMachine(id);

  await collect();

  expect(changes()[0]).toMatchObject({
    kind: 'virtualMachineDeleted',
    by: {
      caller: policy.oid,
      callerType: 'application',
      callerId: policy.oid,
      operation: 'Microsoft.Compute/virtualMachines/delete',
      candidates: [policy.oid, 'Ada@example.com'],
    },
  });
});

test('a late event is found by the next run, which changes nothing else, and no run asks a third time', async () => {
  const deleted = idOf(one);
  const missing = resize(idOf(two));
  // Without its late event, the author of the delete would be whoever wrote the machine before.
  record(deleted, ada, { at: Date.now() - 1 });
  record(deleted, ben, { operation: 'Microsoft.Compute/virtualMachines/delete', lateMs: hourMs });
  stand.azure.tenant.removeVirtualMachine(deleted);

  await collect();
  const before = changes();
  stand.azure.tenant.activityLog.deliver();
  await collect();
  const after = changes();
  stand.azure.reset();
  record(missing, ada, { at: Date.now() - 1 });
  await collect();

  const unauthored = (rows: readonly Change[]) => rows.map(({ by: _by, byStatus: _status, ...rest }) => rest);
  expect(before.map(({ byStatus }) => byStatus)).toEqual(['notFound', 'notFound']);
  expect(after.map(({ byStatus, by }) => [byStatus, by?.caller])).toEqual([
    ['notFound', undefined],
    ['found', 'ben@example.com'],
  ]);
  expect(unauthored(after)).toEqual(unauthored(before));
  expect(logRequests()).toEqual([]);
});

test('a run without changes asks nothing', async () => {
  await collect();

  expect(logRequests()).toEqual([]);
});

test('one resource is asked by its id, several by their provider, each subscription once', async () => {
  resize(idOf(one));
  for (const id of [idOf(two, 0), idOf(two, 1)]) resize(id);

  await collect();

  expect(filters().sort()).toEqual([`resourceProvider eq 'Microsoft.Compute'`, `resourceUri eq '${idOf(one)}'`]);
});

test('an identity of the inventory, whichever of its ids the log shows, is a managed identity', async () => {
  const identity = stand.azure.tenant.virtualMachines(stand.azure.tenant.subscriptions()[one]?.subscriptionId ?? '');
  const found = identity.map(({ identity: own }) => Object.values(own?.userAssignedIdentities ?? {})[0]).find(Boolean);
  const own = { oid: found?.principalId ?? '', appid: found?.clientId ?? '' };
  const [first, second] = [resize(idOf(two, 0)), resize(idOf(two, 1))];
  record(first, { kind: 'application', ...own, named: 'appid' });
  // A person who signed in with an application of that id is still a person.
  record(second, { ...ada, oid: own.oid });

  await collect();

  expect(changes({ caller: own.oid.toUpperCase() }).map(({ resourceId }) => resourceId)).toEqual([first]);
  expect(changes({ resourceId: first })[0]?.by).toMatchObject({
    callerType: 'managedIdentity',
    callerId: own.oid,
    caller: own.appid,
  });
  expect(changes({ resourceId: second })[0]?.by).toMatchObject({ callerType: 'user', callerId: null });
});

test('nobody called: the platform', async () => {
  record(resize(idOf(one)), { kind: 'platform' });

  await collect();

  expect(changes()[0]?.by).toMatchObject({
    caller: null,
    callerType: 'platform',
    callerId: null,
    clientIpAddress: null,
  });
});

describe('the log cannot be read', () => {
  beforeEach(() => record(resize(idOf(one)), ada));

  test.each([
    ['403', denied],
    ['429 for twenty minutes', throttled({ seconds: 1200 })],
    ['500, again and again', serverError(500)],
    ['HTML', { kind: 'html' }],
    ['a list that never ends', { kind: 'nextLink', to: 'itself' }],
    ['a list that continues elsewhere', { kind: 'nextLink', to: 'foreign' }],
    ['no `value`', { kind: 'valueMissing' }],
  ] satisfies [string, FaultRule['answer']][])(
    '%s: the run succeeds, and the author is not read',
    async (_title, answer) => {
      fail(answer);

      const run = await collect();

      expect(run).toMatchObject({ status: 'succeeded', complete: true });
      expect(authors()).toEqual([['virtualMachineUpdated', 'notRead', null]]);
    },
  );

  test('the next run asks once more', async () => {
    fail(denied, 1);

    await collect();
    await collect();

    expect(authors()).toEqual([['virtualMachineUpdated', 'found', 'Ada@example.com']]);
  });

  test('throttling it holds no request of the inventory, in this run or the next', async () => {
    const settings = stand.settings();
    const session = stand.session(settings);
    const run = () => {
      const signal = AbortSignal.timeout(20_000);
      return collectIntoFile({ databasePath: databasePath(), session, settings, trigger: 'cli', scope: null, signal });
    };
    fail(throttled({ seconds: 1200 }));

    await run();
    resize(idOf(one));
    await run();

    expect(stand.waits).toEqual([]);
    expect(authors()).toEqual([
      ['virtualMachineUpdated', 'notRead', null],
      ['virtualMachineUpdated', 'notRead', null],
    ]);
  });
});

test('a log of more pages than the bound is not read', async () => {
  const [id, other] = [resize(idOf(one)), resize(idOf(one, 1))];
  record(id, ada);
  // Ten events on a page.
  for (let count = 0; count < 600; count += 1) record(other, ben, { at: Date.now() - 5 });

  await collect();

  expect(authors().map(([, status]) => status)).toEqual(['notRead', 'notRead']);
  expect(logRequests().length).toBeLessThanOrEqual(51);
});

test('hostile texts are cut and stored as they are', async () => {
  const id = resize(idOf(one));
  const name = `=HYPERLINK("x")\u0000\u001b[31m${'@'.repeat(100_000)}`;
  record(id, { ...ada, name });

  await collect();

  expect(changes()[0]?.by?.caller).toBe(name.slice(0, 512));
});

test('the setting turns it off: nothing is asked, and the changes say so, also after it is on again', async () => {
  record(resize(idOf(one)), ada);

  await collect({ INVENTORY_CHANGE_AUTHORS: 'false' });
  await collect();

  expect(logRequests()).toEqual([]);
  expect(authors()).toEqual([['virtualMachineUpdated', 'off', null]]);
});

/** Puts what the file knows of the last readings back by some days. */
function ageReadings(days: number): void {
  const database = new DatabaseSync(databasePath());
  database.exec(`UPDATE coverage SET read_at = read_at - ${days * 24 * hourMs};
    UPDATE run SET started_at = strftime('%FT%H:%M:%fZ', started_at, '-${days} days'), finished_at = strftime('%FT%H:%M:%fZ', finished_at, '-${days} days')`);
  database.close();
}

test('the last reading is older than the log: a found author counts, and one that is not found is expired', async () => {
  ageReadings(100);
  record(resize(idOf(one)), ada, { at: Date.now() - 89 * 24 * hourMs });
  record(resize(idOf(two)), ada, { at: Date.now() - 95 * 24 * hourMs });

  await collect();

  expect(authors().sort()).toEqual([
    ['virtualMachineUpdated', 'expired', null],
    ['virtualMachineUpdated', 'found', 'Ada@example.com'],
  ]);
});

test('what was not found 90 days ago is expired, without a request', async () => {
  resize(idOf(one));
  await collect();
  ageReadings(91);
  const database = new DatabaseSync(databasePath());
  const old = new Date(Date.now() - 91 * 24 * hourMs).toISOString();
  database.exec(`UPDATE change_author SET question = json_set(question, '$.until', '${old}', '$.after', '${old}')`);
  database.close();
  stand.azure.reset();

  await collect();

  expect(logRequests()).toEqual([]);
  expect(authors()).toEqual([['virtualMachineUpdated', 'expired', null]]);
});

test('retention removes authors, also from the bytes of the file', async () => {
  record(resize(idOf(one)), ada);
  await collect();
  const holds = () => readFileSync(databasePath()).includes('Ada@example.com');
  const before = holds();
  await collect();
  ageReadings(10);
  await collect({ INVENTORY_RETENTION_DAYS: '5' });
  await collect({ INVENTORY_RETENTION_DAYS: '5' });

  expect(before).toBe(true);
  expect(holds()).toBe(false);
});
