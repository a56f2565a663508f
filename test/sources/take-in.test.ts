import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openForReading, openForWriting } from '../../lib/database/database.ts';
import { openMerge } from '../../lib/database/merge/merge.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { completeness } from '../../lib/database/queries/coverage/completeness.ts';
import { readLedger } from '../../lib/database/queries/coverage/ledger.ts';
import { iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { grantReaderCommand, kinds } from '../../lib/inventory/coverage.ts';
import type { Plan } from '../../lib/inventory/plan.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { createDatabaseReader } from '../../lib/published/database-reader.ts';
import { openSources, publishedSource, type Source } from '../../lib/sources/source.ts';
import { takeIn } from '../../lib/sources/take-in.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { type BlobProxy, startBlobProxy, type Treatment } from '../support/blob-proxy.ts';
import { publishFile, publishReading, publishWith } from '../support/deployments.ts';
import {
  contributor,
  dayOf,
  federatedCredential,
  guid,
  guidOf,
  having,
  machine,
  mergeRun,
  planOf,
  type RunReading,
  roleAssignment,
  type SubscriptionReading,
  userAssigned,
} from '../support/readings.ts';
import { never, neverWarned, newStore, type TestStore } from '../support/stores.ts';

const [own, other, third] = [guid(1), guid(2), guid(3)];
/** A machine of another deployment. */
const machineIn = (subscriptionId: string, name: string) => {
  const identity = {
    type: 'SystemAssigned',
    principalId: guidOf(name),
    tenantId: guid(9),
    userAssignedIdentities: {},
  } as const;
  return machine(name, { subscriptionId, identity });
};
const inOther = (name: string) => machineIn(other, name);
const azurite = await newAzuriteAccount();
let proxy: BlobProxy;
let folder: string;
let here: TestStore;
let there: TestStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'take-in-'));
  here = newStore(azurite.connectionString);
  there = newStore(azurite.connectionString);
  proxy = await startBlobProxy(azurite.origin);
  return async () => {
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

/** The other deployment, through the proxy. */
function source({ name }: TestStore = there): Source {
  return publishedSource(newStore(azurite.connectionStringVia(proxy.origin), name).store, name);
}

/** A run of the other deployment. */
function runThere(
  day: number,
  subscriptions: Readonly<Record<string, SubscriptionReading>>,
  more: Partial<RunReading> & { readonly at?: TestStore } = {},
): Promise<Run> {
  const { at = there, ...rest } = more;
  return publishReading(at.store, join(folder, `${at.name}.sqlite`), { day, subscriptions, ...rest });
}

/** A run of this deployment, which reads its own subscriptions and takes in the sources. */
function runHere(
  day: number,
  subscriptions: Readonly<Record<string, SubscriptionReading>>,
  sources: readonly Source[] = [source()],
  plan: Partial<Plan> = {},
): Promise<Run> {
  return publishWith(here.store, folder, { day, subscriptions, plan }, { sources });
}

async function state() {
  const reader = createDatabaseReader(here.store, join(folder, 'reader'), neverWarned);
  const { database } = await reader.current(never);
  const asOf = resolveAsOf(database, null);
  const ledger = readLedger(database, asOf);
  const machines = [...iterateVirtualMachines(database, asOf, {})];
  const { complete } = completeness(database, asOf, ['virtualMachines'], {});
  const completeIn = (subscriptionId: string) =>
    completeness(database, asOf, ['virtualMachines'], { subscriptionId }).complete;
  const found = {
    complete,
    names: machines.map(({ name, stale }) => (stale ? `${name} (stale)` : name)).toSorted(),
    machines,
    ledger: new Map(ledger.coverage.map((row) => [row.subscriptionId, row])),
    blindSpots: ledger.blindSpots?.map(({ subscriptionId }) => subscriptionId),
    grantCommands: ledger.blindSpots?.map(({ grantCommand }) => grantCommand),
    completeOf: { own: completeIn(own), other: completeIn(other) },
  };
  await reader.close();
  return found;
}

const refuse =
  (status: number, code: string) =>
  (line: string): Treatment =>
    line.includes(`/${there.name}/`) ? { status, code } : 'pass';

test('What another deployment has read is shown with its own time, and the ledger names it', async () => {
  await runThere(20, {
    [other]: { machines: [inOther('b')], powerStates: { [inOther('b').id]: 'PowerState/running' } },
  });

  const run = await runHere(21, { [own]: { machines: [machine('a')] } });

  const { complete, names, ledger, machines } = await state();
  expect(run).toMatchObject({ complete: true, virtualMachineCount: 2, coverage: { complete: 2 }, changes: {} });
  expect({ complete, names }).toEqual({ complete: true, names: ['a', 'b'] });
  expect(ledger.get(own)).toMatchObject({ source: null, readAt: dayOf(21) });
  expect(ledger.get(other)).toMatchObject({
    source: there.name,
    readAt: dayOf(20),
    status: 'complete',
    displayName: 'Subscription 2',
    requests: 0,
  });
  expect(machines.find(({ name }) => name === 'b')).toMatchObject({
    firstSeen: dayOf(20),
    lastSeen: dayOf(20),
    powerState: 'PowerState/running',
    principalIds: [guidOf('b')],
    subscriptionName: 'Subscription 2',
  });
  expect(await readdir(join(folder, 'work'))).toEqual([]);
});

test('Taking in the same state again changes nothing', async () => {
  await runThere(20, { [other]: { machines: [inOther('b')] } });
  await runHere(21, {});
  const again = await runHere(22, {});

  expect(again).toMatchObject({ complete: true, changes: {} });
  expect((await state()).names).toEqual(['b']);
});

test('A change there is a change here: machines that its merge has proven gone end', async () => {
  await runThere(19, { [other]: { machines: [inOther('b'), inOther('c')] } });
  await runHere(20, { [own]: {} });
  await runThere(21, { [other]: { machines: [inOther('c'), inOther('d')] } });

  const run = await runHere(22, { [own]: {} }, [source()]);

  expect(run).toMatchObject({ complete: true, changes: { virtualMachineCreated: 1, virtualMachineDeleted: 1 } });
  expect((await state()).names).toEqual(['c', 'd']);
});

test('A machine that this deployment knew and the source never did stays, and the ledger says why', async () => {
  await runHere(19, { [other]: { machines: [inOther('b'), inOther('c')] } }, []);
  await runThere(20, { [other]: { machines: [inOther('c')] } });

  const run = await runHere(21, {});

  const { names, ledger } = await state();
  expect(run.changes).toEqual({});
  expect(names).toEqual(['b (stale)', 'c']);
  expect(ledger.get(other)).toMatchObject({
    status: 'partial',
    source: there.name,
    reason: { code: 'DeletionUnverified', hint: expect.stringContaining(`/subscriptions/${other}`) },
  });
});

test('In whatever letter case this deployment knows ids, the source answers for them', async () => {
  const spelled = (spell: (text: string) => string) => {
    const identity = userAssigned(spell('ægte'), { subscriptionId: other, principalId: guid(71), clientId: guid(72) });
    const ids = { vmId: guid(73), identity: having(identity) };
    return { machines: [{ ...machine(spell('måne'), { subscriptionId: other, resourceGroup: spell('år') }), ...ids }] };
  };
  const all = { plan: { kinds: [...kinds] } };
  const upper = spelled((name) => name.toUpperCase());
  await runHere(18, { [other]: upper }, [], all.plan);
  await runThere(19, { [other]: spelled((name) => name) }, all);
  await runThere(20, { [other]: {} }, all);

  const run = await runHere(21, {}, [source()], all.plan);

  expect(run).toMatchObject({ complete: true, changes: { virtualMachineDeleted: 1 } });
  expect((await state()).names).toEqual([]);
});

test('Where this deployment sees the subscription too, it asks Azure about such a machine', async () => {
  await runHere(19, { [other]: { machines: [inOther('b'), inOther('c')] } }, []);
  await runThere(20, { [other]: { machines: [inOther('c')] } });

  const run = await runHere(21, { [other]: { status: 'denied' } });

  expect(run.changes).toEqual({ virtualMachineDeleted: 1 });
  expect((await state()).names).toEqual(['c']);
});

test.each<[string, (line: string) => Treatment, string]>([
  ['is forbidden', (line) => refuse(403, 'AuthorizationPermissionMismatch')(line), 'StorageDenied'],
  ['is gone', (line) => refuse(404, 'ContainerNotFound')(line), 'InventoryNotReady'],
  [
    'does not have its database',
    (line) => (line.includes('/databases/') ? refuse(404, 'BlobNotFound')(line) : 'pass'),
    'DatabaseDamaged',
  ],
])(
  'When a source %s, its subscriptions are stale, the answer is not complete, and nothing ends',
  async (_what, treat, code) => {
    await runThere(19, { [other]: { machines: [inOther('b')] } });
    await runHere(20, { [own]: { machines: [machine('a')] } });
    await runThere(21, { [other]: { machines: [] } });
    proxy.treat = treat;

    const run = await runHere(22, { [own]: { machines: [machine('a')] } });

    const { complete, completeOf, names, ledger, blindSpots } = await state();
    expect(run).toMatchObject({ complete: false, changes: {}, coverage: { complete: 1, failed: 1 } });
    expect({ complete, names, blindSpots }).toEqual({ complete: false, names: ['a', 'b (stale)'], blindSpots: [] });
    expect(completeOf).toEqual({ own: true, other: false });
    expect(ledger.get(other)).toMatchObject({ status: 'failed', source: there.name, readAt: dayOf(19) });
    expect(ledger.get(other)?.reason).toMatchObject({ code: 'SourceUnreadable', hint: expect.any(String) });
    expect(ledger.get(other)?.reason?.message).toContain(there.name);
    expect(ledger.get(other)?.reason?.message).toContain(code);
    proxy.treat = () => 'pass';
    expect(await runHere(23, { [own]: { machines: [machine('a')] } })).toMatchObject({
      complete: true,
      changes: { virtualMachineDeleted: 1 },
    });
  },
);

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), 'DatabaseDamaged'],
  ['something else', () => Buffer.from('no database'), 'DatabaseDamaged'],
])('A database that is %s is not taken in', async (_how, change, code) => {
  await runThere(19, { [other]: { machines: [inOther('b')] } });
  await runHere(20, {});
  await runThere(21, { [other]: {} });
  const name = (await there.store.latest.read(never))?.latest.database ?? '';
  const blob = there.container.getBlockBlobClient(name);
  const bytes = change(await blob.downloadToBuffer());
  await blob.upload(bytes, bytes.length);

  const run = await runHere(22, {});

  expect(run).toMatchObject({ complete: false, changes: {} });
  expect((await state()).ledger.get(other)?.reason?.message).toContain(code);
});

test.each([
  [2, 'OlderDatabase', 'Update vm-identities there'],
  [99, 'NewerDatabase', 'Update vm-identities here'],
])('A database of schema version %i is refused, and it says which side to update', async (version, code, hint) => {
  await runThere(19, { [other]: { machines: [inOther('b')] } });
  await runHere(20, {});
  const path = join(folder, `${there.name}.sqlite`);
  await runThere(21, { [other]: {} });
  const database = openForWriting(path);
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
  await publishFile(there.store, path, { previous: null });

  const run = await runHere(22, {});

  const reason = (await state()).ledger.get(other)?.reason;
  expect(run).toMatchObject({ complete: false, changes: {} });
  expect(reason).toMatchObject({ code: 'SourceUnreadable', hint: expect.stringContaining(hint) });
  expect(reason?.message).toContain(`${code}: the database of ${there.name} has schema version ${version}`);
});

test('An unreadable source of which nothing is known makes every answer incomplete', async () => {
  const run = await runHere(21, { [own]: { machines: [machine('a')] } });

  expect(run).toMatchObject({ complete: false, reason: { code: 'SourceUnreadable' } });
  expect(run.reason?.message).toContain('InventoryNotReady');
  expect(await state()).toMatchObject({ complete: false, names: ['a'] });
});

test('Of two complete readings the newer wins, whichever deployment read it', async () => {
  const late = newStore(azurite.connectionString);
  await runThere(20, { [other]: { machines: [inOther('b')] }, [third]: {} });
  await runThere(21, { [other]: { machines: [inOther('b'), inOther('c')] } }, { at: late });

  await runHere(22, { [third]: {} }, [source(late), source()]);
  const between = await state();
  await runHere(23, { [other]: { machines: [inOther('d')], readAt: dayOf(23) } }, [source(), source(late)]);
  const after = await state();

  expect(between.names).toEqual(['b', 'c']);
  expect([between.ledger.get(other)?.source, between.ledger.get(third)?.source]).toEqual([late.name, null]);
  expect(after.ledger.get(other)).toMatchObject({ source: null, readAt: dayOf(23) });
});

test('A newer partial reading of one source does not displace an older complete one of another, and the ledger names the source', async () => {
  const late = newStore(azurite.connectionString);
  await runThere(20, { [other]: { machines: [inOther('b')] } });
  await runThere(21, { [other]: { machines: [inOther('b'), inOther('c')], status: 'partial' } }, { at: late });

  const run = await runHere(22, { [own]: {} }, [source(late), source()]);

  const { names, ledger } = await state();
  expect({ complete: run.complete, names }).toEqual({ complete: true, names: ['b'] });
  expect(ledger.get(other)).toMatchObject({ source: there.name, readAt: dayOf(20), status: 'complete' });
});

test.each(['denied', 'partial', 'failed'] as const)(
  'A complete reading of a source wins against one of this deployment that is %s',
  async (status) => {
    await runThere(20, { [other]: { machines: [inOther('b')] } });

    const run = await runHere(21, { [own]: {}, [other]: { status, machines: [inOther('x')] } });

    const { names, ledger } = await state();
    expect(run).toMatchObject({ complete: true, coverage: { complete: 2 } });
    expect(names).toEqual(['b']);
    expect(ledger.get(other)).toMatchObject({ status: 'complete', source: there.name });
  },
);

test('A complete reading of this deployment wins against a partial one of a source', async () => {
  await runThere(20, { [other]: { machines: [inOther('b')], status: 'partial' } });

  const run = await runHere(21, { [other]: { machines: [inOther('b'), inOther('c')] } });

  expect(run).toMatchObject({ complete: true, virtualMachineCount: 2 });
  expect((await state()).ledger.get(other)?.source).toBeNull();
});

test('What this deployment has read completely wins against a later complete reading of a source', async () => {
  await runHere(20, { [other]: { machines: [inOther('b'), inOther('c')] } }, []);
  await runThere(23, { [other]: { machines: [] } });

  const run = await runHere(22, { [other]: { machines: [inOther('b'), inOther('c')] } });

  const { names, ledger } = await state();
  expect(run).toMatchObject({ complete: true, virtualMachineCount: 2, changes: {} });
  expect(names).toEqual(['b', 'c']);
  expect(ledger.get(other)).toMatchObject({ source: null, readAt: dayOf(22) });
});

test.each<[string, Partial<SubscriptionReading>]>([
  ['but its role assignments', { statuses: { roleAssignments: 'denied' } }],
  ['of its roles, but not its machines', { status: 'failed', roleAssignments: [roleAssignment(guid(8), guid(7))] }],
])('A source ends nothing of a subscription of which this deployment has read everything %s', async (_what, read) => {
  const machines = [inOther('b')];
  const all = { plan: { kinds: [...kinds] } };
  await runHere(20, { [other]: { machines, ...read, status: 'complete', statuses: {} } }, [], all.plan);
  await runThere(21, { [other]: { machines: [] } }, all);

  const run = await runHere(22, { [other]: { machines, ...read } }, [source()], all.plan);

  expect(run).toMatchObject({ complete: false, changes: {} });
  expect((await state()).ledger.get(other)).toMatchObject({ source: null });
});

test('An empty list of a provider that is not registered keeps no complete reading of a source out', async () => {
  await runThere(
    20,
    { [other]: { machines: [inOther('b')] } },
    { plan: { kinds: ['virtualMachines', 'arcMachines'] } },
  );
  const plan: Partial<Plan> = { kinds: ['virtualMachines', 'arcMachines'] };

  const run = await runHere(
    21,
    { [other]: { status: 'denied', statuses: { arcMachines: 'complete' } } },
    [source()],
    plan,
  );

  expect(run).toMatchObject({ complete: true, virtualMachineCount: 1 });
});

test('A source does not describe a role that this deployment has described', async () => {
  const all = { kinds: [...kinds] };
  const role = roleAssignment(guid(8), guid(71), { scope: `/subscriptions/${other}` });
  const harmless = { ...contributor, roleName: 'Harmless', permissions: [] };
  const path = join(folder, 'there.sqlite');
  using there = openForWriting(path);
  const read = { machines: [inOther('b')], roleAssignments: [role], roleDefinitions: [harmless] };
  mergeRun(there, { day: 20, subscriptions: { [other]: read }, plan: all });
  const open = async () => ({ database: openForReading(path), damage: null, readMs: 60_000 });
  await using sources = await openSources([{ name: 'there', open }], folder, never);
  using database = openForWriting(':memory:');
  const plan = planOf({ day: 21, subscriptions: { [other]: {} }, plan: all });
  const takenIn = takeIn(plan, database, sources.all, []);
  const options = { ignoredTags: [], retentionDays: 400, idleDays: 30, sharedIdentityLimit: 10 };
  const merge = openMerge(database, takenIn.plan, { ...options, finishedAt: () => plan.startedAt });

  takenIn.ownSink(merge.write)({ type: 'roleDefinitions', subscriptionId: own, rows: [contributor] });
  await takenIn.writeContested(merge.write, async () => undefined);

  expect(database.prepare('SELECT name FROM role_definition').all()).toEqual([{ name: 'Contributor' }]);
});

test.each([
  ['older than data actions', [{ actions: ['*'], notActions: [] }], [null]],
  ['of this version', [{ actions: ['*'], notActions: [], dataActions: ['d'], notDataActions: [] }], [['d']]],
])('The permissions of a role come from a source %s', async (_, permissions, expected) => {
  const all = { kinds: [...kinds] };
  const path = join(folder, 'there.sqlite');
  using there = openForWriting(path);
  const role = roleAssignment(guid(8), guid(71), { scope: `/subscriptions/${other}` });
  const read = { machines: [inOther('b')], roleAssignments: [role], roleDefinitions: [contributor] };
  mergeRun(there, { day: 20, subscriptions: { [other]: read }, plan: all });
  there.prepare('UPDATE role_definition SET permissions = ?').run(JSON.stringify(permissions));
  const open = async () => ({ database: openForReading(path), damage: null, readMs: 60_000 });
  await using sources = await openSources([{ name: 'there', open }], folder, never);
  using database = openForWriting(':memory:');
  const takenIn = takeIn(planOf({ day: 21, subscriptions: { [other]: {} }, plan: all }), database, sources.all, []);
  const options = { ignoredTags: [], retentionDays: 400, idleDays: 30, sharedIdentityLimit: 10 };
  const merge = openMerge(database, takenIn.plan, { ...options, finishedAt: () => dayOf(21) });

  await takenIn.writeContested(merge.write, async () => undefined);

  const stored = database.prepare('SELECT permissions FROM role_definition').get()?.permissions;
  expect(JSON.parse(String(stored)).map((one: { dataActions: unknown }) => one.dataActions)).toEqual(expected);
});

test('A source that goes back in time is not believed, and nothing ends', async () => {
  await runThere(18, { [other]: {} });
  await runHere(20, { [other]: { machines: [inOther('b')] } }, []);

  const run = await runHere(21, {});

  const { names, ledger } = await state();
  expect(run).toMatchObject({ complete: false, changes: {} });
  expect(names).toEqual(['b (stale)']);
  expect(ledger.get(other)?.reason).toMatchObject({ code: 'SourceOutdated' });
});

test('A machine that a source keeps without having seen it is stale here, with the same time', async () => {
  await runThere(18, {
    [other]: { machines: [inOther('b'), inOther('c')] },
    [third]: { machines: [machineIn(third, 'd')] },
  });
  await runThere(19, { [other]: { machines: [inOther('c')], status: 'partial' }, [third]: { status: 'denied' } });

  const run = await runHere(21, { [own]: {} });

  const { names, machines, ledger } = await state();
  expect(run).toMatchObject({ complete: false, coverage: { complete: 1, partial: 1, denied: 1 } });
  expect(names).toEqual(['b (stale)', 'c', 'd (stale)']);
  expect(machines.map(({ name, lastSeen }) => [name, lastSeen]).toSorted()).toEqual([
    ['b', dayOf(18)],
    ['c', dayOf(19)],
    ['d', dayOf(18)],
  ]);
  expect(ledger.get(third)).toMatchObject({ status: 'denied', source: there.name });
});

test('Subscriptions that a source has lost or has never seen are missing here, too', async () => {
  const spot = (subscriptionId: string) =>
    ({ subscriptionId, displayName: null, source: 'previousRun', grantCommand: `az x ${subscriptionId}` }) as const;
  await runThere(18, { [other]: { machines: [inOther('b')] } });
  await runThere(19, { [guid(5)]: {} }, { plan: { blindSpots: [spot(other), spot(third)] } });

  const run = await runHere(21, { [own]: {} }, [source()], { principalId: guid(77) });

  const { names, ledger, blindSpots, grantCommands, complete } = await state();
  expect(run).toMatchObject({ complete: false, coverage: { failed: 1, blindSpots: 1 } });
  expect({ names, blindSpots, complete }).toEqual({ names: ['b (stale)'], blindSpots: [third], complete: false });
  expect(ledger.get(other)?.reason).toMatchObject({ code: 'LostBySource', hint: grantReaderCommand(other, guid(77)) });
  expect(grantCommands).toEqual([grantReaderCommand(third, guid(77))]);
});

test('Readings that a source took in from others are not taken in', async () => {
  await runThere(20, { [other]: { machines: [inOther('b')] } });
  await runHere(21, { [own]: { machines: [machineIn(own, 'a')] } });
  const last = newStore(azurite.connectionString);

  const run = await publishWith(last.store, folder, { day: 22, subscriptions: {} }, { sources: [source(here)] });

  expect(run).toMatchObject({ complete: true, virtualMachineCount: 1, coverage: { complete: 1 } });
});

test('Subscriptions that sources have are in scope, no blind spots, and no reason for distrust', async () => {
  await runThere(20, { [other]: { machines: [inOther('b')] } });
  await runHere(20, { [own]: {} });
  const spot = { subscriptionId: other, displayName: null, source: 'previousRun', grantCommand: 'grant' } as const;
  const reason = { code: 'SuspiciousTenantShrink', message: 'Most are gone', hint: null };

  const run = await runHere(21, { [own]: {} }, [source()], { outOfScope: [other], blindSpots: [spot], reason });

  expect(run).toMatchObject({ complete: true, reason: null, coverage: { complete: 2, blindSpots: 0 }, changes: {} });
});

test('A subscription that the settings exclude, or that is outside the scope of the run, is not taken in', async () => {
  await runThere(20, { [other]: { machines: [inOther('b')] }, [third]: {} });
  const settings = {
    ignoredTags: [],
    retentionDays: 400,
    idleDays: 30,
    sharedIdentityLimit: 10,
    excludeSubscriptions: [other],
    changeAuthors: false,
  };

  const run = await publishWith(here.store, folder, { day: 21, subscriptions: {} }, { sources: [source()], settings });
  const scoped = await runHere(22, { [own]: {} }, [source()], { scope: [own] });

  expect(run).toMatchObject({ virtualMachineCount: 0, coverage: { complete: 1 } });
  expect(scoped).toMatchObject({ coverage: { complete: 1 } });
});

test('Identities, their federated credentials and their roles come along, and end when they end there', async () => {
  const identity = userAssigned('deploy', { subscriptionId: other, principalId: guid(71), clientId: guid(72) });
  const carrier = { ...inOther('b'), identity: having(identity) };
  const read: SubscriptionReading = {
    machines: [carrier],
    identities: [identity],
    roleAssignments: [roleAssignment('one', identity.principalId ?? '', { scope: `/subscriptions/${other}` })],
    roleDefinitions: [contributor],
  };
  const all = { plan: { kinds: [...kinds] } };
  const credentials = (name: string) => ({
    federatedCredentials: () => ({ outcome: 'present' as const, reading: [federatedCredential(name)] }),
  });
  await runThere(18, { [other]: read }, { ...all, ...credentials('main') });
  const first = await runHere(19, {}, [source()], all.plan);
  await runThere(20, { [other]: { ...read, roleAssignments: [] } }, { ...all, ...credentials('other') });

  const second = await runHere(21, {}, [source()], all.plan);

  expect(first).toMatchObject({ complete: true, changes: {}, principalCount: 1 });
  expect(second).toMatchObject({
    complete: true,
    changes: { roleRemoved: 1, federatedCredentialAdded: 1, federatedCredentialRemoved: 1 },
  });
});
