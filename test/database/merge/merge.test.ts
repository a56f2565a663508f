import { describe, expect } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { forgetSubscription } from '../../../lib/database/merge/forget-subscription.ts';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { readLedger } from '../../../lib/database/queries/coverage/ledger.ts';
import { getVirtualMachine, iterateVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import { lookupPrincipals } from '../../../lib/database/queries/principals/principals.ts';
import type { MachineReading } from '../../../lib/inventory/virtual-machine.ts';
import { asShown, dayOf, guid, machine, mergeRun } from '../../support/readings.ts';
import { test } from './merge-test.ts';

const one = guid(1);
const two = guid(2);
const now = (database: Database) => [
  ...iterateVirtualMachines(database, resolveAsOf(database, null), { deleted: 'any' }),
];
const row = (database: Database, id: string) => getVirtualMachine(database, resolveAsOf(database, null), id);
const coverage = (database: Database, id: string) =>
  readLedger(database, resolveAsOf(database, null)).coverage.find((ledger) => ledger.subscriptionId === id);
const reason = (code: string) => ({ code, message: code, hint: null });
const lost = (subscriptionId: string) => ({
  subscriptionId,
  displayName: null,
  source: 'previousRun' as const,
  grantCommand: 'az …',
});

describe('what begins', () => {
  test('the first run is a baseline without changes', ({ database }) => {
    const run = mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a'), machine('b')] } } });
    expect(run).toMatchObject({ complete: true, virtualMachineCount: 2, principalCount: 2, changes: {} });
    expect(now(database).map(({ name, firstSeen, lastSeen }) => [name, firstSeen, lastSeen])).toEqual([
      ['a', dayOf(1), dayOf(1)],
      ['b', dayOf(1), dayOf(1)],
    ]);
  });

  test('a machine that a complete reading lacked is created, even if a partial reading shows it', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a')] } } });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: { [one]: { machines: [machine('a'), machine('b')], status: 'partial' } },
    });
    expect(run.changes).toEqual({ virtualMachineCreated: 1 });
    expect(run.complete).toBe(false);
  });

  test('a new machine is no change without an earlier complete reading', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a')], status: 'partial' } } });
    const run = mergeRun(database, { day: 2, subscriptions: { [one]: { machines: [machine('a'), machine('b')] } } });
    expect(run.changes).toEqual({});
  });

  test('machines of a subscription seen for the first time are one change', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a')] } } });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: {
        [one]: { machines: [machine('a')] },
        [two]: { machines: [machine('x', { subscriptionId: two }), machine('y', { subscriptionId: two })] },
      },
    });
    expect(run.changes).toEqual({ subscriptionAppeared: 1 });
    expect(database.prepare('SELECT change_after FROM subscription WHERE change IS NOT NULL').get()).toEqual({
      change_after: '{"virtualMachineCount":2}',
    });
  });
});

describe('what changes', () => {
  const change = (database: Database, after: ReturnType<typeof machine>, before = machine('a')) => {
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [before] } } });
    return mergeRun(database, { day: 2, subscriptions: { [one]: { machines: [after] } }, ignoredTags: ['Scanned'] });
  };
  const versions = (database: Database) => database.prepare('SELECT count(*) AS n FROM machine_version').get()?.n;
  const both = (principalId: string | null) => ({
    type: 'SystemAssigned, UserAssigned' as const,
    principalId,
    tenantId: guid(9),
    userAssignedIdentities: { '/ids/u': { principalId: 'pu', clientId: 'cu' } },
  });

  test('another size is an update, and the earlier state stays available', ({ database }) => {
    expect(change(database, machine('a', { vmSize: 'Standard_D4s_v5' })).changes).toEqual({ virtualMachineUpdated: 1 });
    const first = resolveAsOf(database, dayOf(1));
    expect(getVirtualMachine(database, first, machine('a').id)?.vmSize).toBe('Standard_D2s_v5');
    expect(row(database, machine('a').id)?.vmSize).toBe('Standard_D4s_v5');
  });

  test.for<[string, MachineReading]>([
    ['provisioning state', machine('a', { provisioningState: 'Updating' })],
    ['an ignored tag', machine('a', { tags: { scanned: 'today' } })],
    [
      'the casing of its id',
      machine('a', { id: machine('a').id.toUpperCase().replace('/A', '/a'), resourceGroup: 'RG' }),
    ],
  ])('%s is no change, and the newest is shown', ([_what, after], { database }) => {
    expect(change(database, after).changes).toEqual({});
    expect(versions(database)).toBe(1);
    expect(row(database, after.id)).toMatchObject(asShown(after));
  });

  test('a letter case that Azure ignores is no change, and the newest is shown', ({ database }) => {
    const spelled = (spell: (text: string) => string): Partial<MachineReading> => ({
      vmId: spell('id-é'),
      location: spell('westeurope'),
      vmSize: spell('Standard_D2s_v5'),
      osType: spell('Linux'),
      priority: spell('Spot'),
      tags: { [spell('Zürich')]: '1', [spell('env')]: 'Prod' },
      scaleSetId: spell('/subscriptions/s/resourceGroups/ø/providers/Microsoft.Compute/virtualMachineScaleSets/ж'),
    });
    const identity = (spell: (text: string) => string) => ({ ...both(spell('p-of-a')), tenantId: spell('aaaa-aaaa') });
    const upper = (text: string) => text.toUpperCase();
    const lower = (text: string) => text.toLowerCase();
    const before = machine('a', { ...spelled(lower), identity: identity(lower) });
    const after = machine('a', { ...spelled(upper), identity: identity(upper) });

    expect(change(database, after, before).changes).toEqual({});
    expect(versions(database)).toBe(1);
    expect(row(database, after.id)).toMatchObject(spelled(upper));
  });

  test.for<[string, MachineReading]>([
    ['the value of a tag in another letter case', machine('a', { tags: { env: 'prod' } })],
    ['another tag with the same value', machine('a', { tags: { enw: 'Prod' } })],
  ])('%s is an update', ([_what, after], { database }) => {
    expect(change(database, after, machine('a', { tags: { env: 'Prod' } })).changes).toEqual({
      virtualMachineUpdated: 1,
    });
  });

  test('an attached, detached or re-created identity is one change each, and no update', ({ database }) => {
    const system = machine('a');
    expect(change(database, machine('a', { identity: both('principal-of-a') })).changes).toEqual({
      identityAttached: 1,
    });
    const third = mergeRun(database, {
      day: 3,
      subscriptions: { [one]: { machines: [machine('a', { identity: both('new') })] } },
    });
    expect(third.changes).toEqual({ identityRecreated: 1 });
    const fourth = mergeRun(database, { day: 4, subscriptions: { [one]: { machines: [system] } } });
    expect(fourth.changes).toEqual({ identityDetached: 1, identityRecreated: 1 });
    const [before] = lookupPrincipals(database, resolveAsOf(database, null), ['new']);
    expect(before).toMatchObject({ virtualMachines: [{ attachedFrom: dayOf(3), detachedAt: dayOf(4) }] });
  });

  test('ids of an identity that become known are an update, not a re-creation', ({ database }) => {
    const unknown = { ...both('p'), userAssignedIdentities: { '/ids/u': { principalId: null, clientId: null } } };
    expect(
      change(database, machine('a', { identity: both('p') }), machine('a', { identity: unknown })).changes,
    ).toEqual({
      virtualMachineUpdated: 1,
    });
    expect(row(database, machine('a').id)?.principalIds).toEqual(['p', 'pu']);
  });

  test('another vmId under the same id is one re-creation that covers the identities', ({ database }) => {
    const again = machine('a', { vmId: 'other', identity: { ...machine('b').identity } });
    expect(change(database, again).changes).toEqual({ virtualMachineRecreated: 1 });
    expect(row(database, again.id)?.principalIds).toEqual(['principal-of-b']);
  });

  test('a vmId that is null on one side never means re-created', ({ database }) => {
    expect(change(database, machine('a', { vmId: null })).changes).toEqual({ virtualMachineUpdated: 1 });
  });
});

describe('what ends', () => {
  const twoMachines = { [one]: { machines: [machine('a'), machine('b')] } };

  test('a machine that a complete list lacks ends when its id answers 404', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: twoMachines });
    const run = mergeRun(database, { day: 2, subscriptions: { [one]: { machines: [machine('a')] } } });
    expect(run.changes).toEqual({ virtualMachineDeleted: 1 });
    expect(row(database, machine('b').id)).toMatchObject({ deletedAt: dayOf(2), lastSeen: dayOf(1), stale: false });
  });

  test('a machine that a read by id finds stays, and the list is a ShortList', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: twoMachines });
    const resized = machine('b', { vmSize: 'Standard_D8s_v5' });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: { [one]: { machines: [machine('a')] } },
      verify: () => ({ outcome: 'present', reading: resized }),
    });
    expect(run).toMatchObject({ complete: false, changes: { virtualMachineUpdated: 1 } });
    expect(row(database, resized.id)).toMatchObject({ deletedAt: null, stale: false, vmSize: 'Standard_D8s_v5' });
    expect(coverage(database, one)).toMatchObject({ status: 'partial', reason: { code: 'ShortList' } });
  });

  test('a machine whose check fails stays stale, and the kind is DeletionUnverified', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: twoMachines });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: { [one]: { machines: [machine('a')] } },
      verify: () => ({ outcome: 'unverified', reason: reason('ServerError') }),
    });
    expect(run).toMatchObject({ complete: false, changes: {} });
    expect(row(database, machine('b').id)).toMatchObject({ deletedAt: null, stale: true, lastSeen: dayOf(1) });
    expect(coverage(database, one)).toMatchObject({ status: 'partial', reason: { code: 'DeletionUnverified' } });
  });

  test('machines of a subscription that Azure lists as deleted end on SubscriptionNotFound', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: twoMachines });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: { [one]: { status: 'skipped' } },
      verify: () => ({ outcome: 'unverified', reason: reason('SubscriptionNotFound') }),
    });
    expect(run).toMatchObject({ complete: true, changes: { virtualMachineDeleted: 2 }, coverage: { skipped: 1 } });
  });

  test.for(['partial', 'failed', 'denied'] as const)('a %s reading ends nothing', (status, { database }) => {
    mergeRun(database, { day: 1, subscriptions: twoMachines });
    const shown = status === 'partial' ? [machine('a')] : [];
    const run = mergeRun(database, { day: 2, subscriptions: { [one]: { machines: shown, status } } });
    expect(run).toMatchObject({ complete: false, virtualMachineCount: 2, changes: {} });
    expect(row(database, machine('b').id)).toMatchObject({ deletedAt: null, stale: true, lastSeen: dayOf(1) });
    expect(row(database, machine('a').id)).toMatchObject({ stale: status !== 'partial' });
    const third = mergeRun(database, { day: 3, subscriptions: twoMachines });
    expect(third.complete).toBe(true);
    expect(row(database, machine('b').id)).toMatchObject({ stale: false, lastSeen: dayOf(3) });
  });

  test('more than 200 missing machines are a SuspiciousShrink until a second list lacks them, too', ({ database }) => {
    const many = Array.from({ length: 250 }, (_, index) => machine(`m${index}`));
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: many } } });
    const asked: string[] = [];
    const verify = (id: string) => {
      asked.push(id);
      return { outcome: 'absent' } as const;
    };
    const shrunk = { [one]: { machines: many.slice(0, 20) } };
    const second = mergeRun(database, { day: 2, subscriptions: shrunk, verify });
    expect(second).toMatchObject({ complete: false, virtualMachineCount: 250, changes: {} });
    expect(coverage(database, one)?.reason?.code).toBe('SuspiciousShrink');
    const third = mergeRun(database, { day: 3, subscriptions: shrunk, verify });
    expect(third).toMatchObject({ complete: true, virtualMachineCount: 20, changes: { virtualMachineDeleted: 230 } });
    expect(asked).toEqual([]);
  });

  test('a run over one subscription leaves the others unchanged', ({ database }) => {
    mergeRun(database, {
      day: 1,
      subscriptions: { ...twoMachines, [two]: { machines: [machine('x', { subscriptionId: two })] } },
    });
    const run = mergeRun(database, { day: 2, plan: { scope: [one] }, subscriptions: { [one]: { machines: [] } } });
    expect(run).toMatchObject({ changes: { virtualMachineDeleted: 2 }, coverage: { complete: 1 } });
    expect(row(database, machine('x', { subscriptionId: two }).id)).toMatchObject({
      deletedAt: null,
      stale: false,
      lastSeen: dayOf(1),
    });
  });

  test('a reading older than the stored one is recorded and changes nothing', ({ database }) => {
    mergeRun(database, { day: 5, subscriptions: twoMachines });
    const run = mergeRun(database, {
      day: 6,
      subscriptions: { [one]: { machines: [machine('c')], readAt: dayOf(4) } },
    });
    expect(run.changes).toEqual({});
    expect(now(database).map(({ name, stale }) => [name, stale])).toEqual([
      ['a', false],
      ['b', false],
    ]);
  });
});

test('a reading that a wrong clock dates days ahead does not block the next', ({ database }) => {
  mergeRun(database, { day: 5, subscriptions: { [one]: { machines: [machine('a')], readAt: dayOf(25) } } });

  const run = mergeRun(database, { day: 6, subscriptions: { [one]: { machines: [machine('a'), machine('c')] } } });

  expect(run).toMatchObject({ complete: true, changes: { virtualMachineCreated: 1 } });
});

test('a reading after the newest merge is newer than it, even if the clock was put back', ({ database }) => {
  mergeRun(database, {
    day: 5,
    subscriptions: { [one]: { machines: [machine('a')], readAt: '2026-11-06T07:00:00.000Z' } },
  });

  const run = mergeRun(database, {
    day: 6,
    plan: { afterSeq: 1 },
    subscriptions: { [one]: { machines: [machine('b')] } },
  });

  expect(run.changes).toEqual({ virtualMachineCreated: 1, virtualMachineDeleted: 1 });
  const times = database.prepare('SELECT at, not_before FROM changes').all();
  expect(times).toEqual([1, 2].map(() => ({ at: dayOf(6), not_before: dayOf(6) })));
});

describe('what moves', () => {
  const moved = machine('a', { resourceGroup: 'other' });

  test('a machine with the same vmId elsewhere has moved when its old id answers 404', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a')] } } });
    const run = mergeRun(database, { day: 2, subscriptions: { [one]: { machines: [moved] } } });
    expect(run.changes).toEqual({ virtualMachineMoved: 1 });
    expect(row(database, machine('a').id)).toMatchObject({ deletedAt: null, movedTo: moved.id });
    expect(row(database, moved.id)?.deletedAt).toBeNull();
  });

  test('a machine can move out of a subscription that could not be read', ({ database }) => {
    const elsewhere = machine('a', { subscriptionId: two });
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a')] }, [two]: {} } });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: { [one]: { status: 'failed' }, [two]: { machines: [elsewhere] } },
    });
    expect(run.changes).toEqual({ virtualMachineMoved: 1 });
  });

  test('a machine does not move out of a subscription that is not in the run', ({ database }) => {
    const elsewhere = machine('a', { subscriptionId: two });
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a')] }, [two]: {} } });
    const run = mergeRun(database, {
      day: 2,
      plan: { scope: [two] },
      subscriptions: { [two]: { machines: [elsewhere] } },
    });
    expect(run.changes).toEqual({ virtualMachineCreated: 1 });
    expect(row(database, machine('a').id)).toMatchObject({ deletedAt: null, stale: false });
  });

  test('a null vmId never matches: one machine ends and another is created', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a', { vmId: null })] } } });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: { [one]: { machines: [machine('a', { vmId: null, resourceGroup: 'other' })] } },
    });
    expect(run.changes).toEqual({ virtualMachineCreated: 1, virtualMachineDeleted: 1 });
  });

  test('a machine under two ids in one run counts once, and the later reading wins', ({ database }) => {
    const run = mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a'), moved] } } });
    expect(run).toMatchObject({ virtualMachineCount: 1, changes: {} });
    expect(now(database).map(({ resourceGroup }) => resourceGroup)).toEqual(['other']);
  });

  test('a machine on two pages counts once, with the content of the later page', ({ database }) => {
    const later = machine('a', { vmSize: 'Standard_D8s_v5' });
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a')] } } });
    const run = mergeRun(database, { day: 2, subscriptions: { [one]: { machines: [machine('a'), later] } } });
    expect(run).toMatchObject({ virtualMachineCount: 1, changes: { virtualMachineUpdated: 1 } });
    expect(row(database, later.id)?.vmSize).toBe('Standard_D8s_v5');
    const first = resolveAsOf(database, dayOf(1));
    expect(getVirtualMachine(database, first, later.id)?.vmSize).toBe('Standard_D2s_v5');
  });
});

describe('whole subscriptions', () => {
  const both = { [one]: { machines: [machine('a')] }, [two]: { machines: [machine('x', { subscriptionId: two })] } };
  const x = machine('x', { subscriptionId: two });

  test('that are no longer visible are blind spots, and their machines stay stale', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: both });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: { [one]: both[one] ?? {} },
      plan: { blindSpots: [lost(two)] },
    });
    expect(run).toMatchObject({ complete: false, coverage: { blindSpots: 1 }, changes: { subscriptionLost: 1 } });
    expect(row(database, x.id)).toMatchObject({ deletedAt: null, stale: true, lastSeen: dayOf(1) });
    const back = mergeRun(database, { day: 3, subscriptions: both });
    expect(back).toMatchObject({ complete: true, changes: { subscriptionAppeared: 1 } });
    expect(row(database, x.id)).toMatchObject({ stale: false });
  });

  test('that stay blind spots get the command of the newest run', ({ database }) => {
    const plan = (grantCommand: string) => ({ blindSpots: [{ ...lost(two), grantCommand }] });
    mergeRun(database, { day: 1, subscriptions: both });
    mergeRun(database, { day: 2, subscriptions: { [one]: {} }, plan: plan('of another identity') });
    mergeRun(database, { day: 3, subscriptions: { [one]: {} }, plan: plan('of this identity') });
    const spots = database.prepare('SELECT since, grant_command AS command FROM blind_spot').all();
    expect(spots).toEqual([{ since: dayOf(2), command: 'of this identity' }]);
  });

  test('that an untrusted list lacks are stale without a change, until a second list lacks them, too', ({
    database,
  }) => {
    mergeRun(database, { day: 1, subscriptions: both });
    const gone = { blindSpots: [lost(two)] };
    const shrink = { ...gone, reason: reason('SuspiciousTenantShrink') };
    const first = mergeRun(database, { day: 2, subscriptions: { [one]: both[one] ?? {} }, plan: shrink });
    expect(first).toMatchObject({ complete: false, changes: {}, reason: { code: 'SuspiciousTenantShrink' } });
    const second = mergeRun(database, { day: 3, subscriptions: { [one]: both[one] ?? {} }, plan: gone });
    expect(second.changes).toEqual({ subscriptionLost: 1 });
  });

  test('that the settings exclude end their machines as outOfScope: one change', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: both });
    const run = mergeRun(database, { day: 2, subscriptions: { [one]: both[one] ?? {} }, plan: { outOfScope: [two] } });
    expect(run).toMatchObject({ complete: true, virtualMachineCount: 1, changes: { outOfScope: 1 } });
    const asOf = resolveAsOf(database, null);
    expect([...iterateVirtualMachines(database, asOf, { deleted: true })]).toEqual([]);
    expect(row(database, x.id)).toMatchObject({ deletedAt: null, stale: true, lastSeen: dayOf(1) });
    const again = mergeRun(database, { day: 3, subscriptions: both });
    expect(again).toMatchObject({ virtualMachineCount: 2, changes: { subscriptionAppeared: 1 } });
  });

  test('that a person forgets are closed, and their principals keep their history', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: both });
    const request = {
      subscriptionId: two,
      reason: 'sold',
      runId: '20261103T060000Z-0000',
      startedAt: dayOf(3),
      thresholds: { idleDays: 30, sharedIdentityLimit: 10 },
    };
    expect(() => forgetSubscription(database, request)).toThrow('it is not lost');
    mergeRun(database, { day: 2, subscriptions: { [one]: both[one] ?? {} }, plan: { blindSpots: [lost(two)] } });
    const run = forgetSubscription(database, request);
    expect(run).toMatchObject({
      virtualMachineCount: 1,
      changes: { subscriptionForgotten: 1 },
      coverage: { blindSpots: 0 },
    });
    expect(lookupPrincipals(database, resolveAsOf(database, null), ['principal-of-x'])).toMatchObject([
      { virtualMachines: [{ name: 'x', detachedAt: dayOf(3) }] },
    ]);
    expect(() => forgetSubscription(database, { ...request, runId: 'again' })).toThrow('does not contain');
  });

  test('whose tenant id comes in another letter case have not moved', ({ database }) => {
    const read = { machines: [machine('a')] };
    mergeRun(database, { day: 1, subscriptions: { [one]: { ...read, tenantId: 'aaaa-aaaa' } } });
    const run = mergeRun(database, { day: 2, subscriptions: { [one]: { ...read, tenantId: 'AAAA-AAAA' } } });

    expect(run.changes).toEqual({});
  });

  test('that move to another tenant end their identities as tenantChanged: one change', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: both });
    const moved = machine('a', { identity: { ...machine('n').identity, tenantId: guid(8) } });
    const run = mergeRun(database, {
      day: 2,
      subscriptions: { ...both, [one]: { machines: [moved], tenantId: guid(8) } },
    });
    expect(run.changes).toEqual({ tenantChanged: 1 });
    expect(row(database, moved.id)?.principalIds).toEqual(['principal-of-n']);
  });
});

describe('power states', () => {
  const a = machine('a');
  const read = (
    database: Database,
    day: number,
    powerStates: Record<string, string>,
    powerStatus: 'complete' | 'failed' = 'complete',
  ) => mergeRun(database, { day, subscriptions: { [one]: { machines: [a], powerStates, powerStatus } } });

  test('do not begin a version', ({ database }) => {
    read(database, 1, { [a.id]: 'PowerState/running' });
    expect(read(database, 2, { [a.id.toUpperCase()]: 'PowerState/deallocated' }).changes).toEqual({});
    expect(row(database, a.id)?.powerState).toBe('PowerState/deallocated');
  });

  test('that fail to load block nothing and are null', ({ database }) => {
    read(database, 1, { [a.id]: 'PowerState/running' });
    expect(read(database, 2, {}, 'failed').complete).toBe(true);
    expect(row(database, a.id)?.powerState).toBeNull();
    read(database, 3, { [a.id]: 'PowerState/running' });
    expect(database.prepare('SELECT since_seq, unread FROM power_state').get()).toEqual({ since_seq: 1, unread: 0 });
  });
});

describe('history', () => {
  test('never has a run twice', ({ database }) => {
    const run = mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a')] } } });
    const again = mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('b')] } } });
    expect(again).toEqual(run);
    expect(now(database).map(({ name }) => name)).toEqual(['a']);
  });

  test('folds the coverage of old runs into periods of equal status', ({ database }) => {
    for (let day = 1; day <= 28; day++) {
      mergeRun(database, { day, subscriptions: { [one]: { status: day === 3 ? 'failed' : 'complete' } } });
    }
    const more = (index: number) => ({ runId: `20261129T0600${index}Z-0000`, startedAt: dayOf(29) });
    for (let index = 10; index < 30; index++) {
      mergeRun(database, { day: 29, plan: more(index), subscriptions: { [one]: { readAt: dayOf(29) } } });
    }
    const periods = database
      .prepare(
        "SELECT from_seq, to_seq, status FROM coverage WHERE kind = 'virtualMachines' AND from_seq <= 18 ORDER BY from_seq",
      )
      .all()
      .map((period) => Object.values(period));
    expect(periods).toEqual([
      [1, 2, 'complete'],
      [3, 3, 'failed'],
      [4, 18, 'complete'],
    ]);
  });

  test('loses what ended before the retention period, and never an open version', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [machine('a'), machine('b')] } } });
    mergeRun(database, { day: 2, subscriptions: { [one]: { machines: [machine('a')] } } });
    mergeRun(database, { day: 3, subscriptions: { [one]: { machines: [machine('a')] } } });
    const seqs = () =>
      database
        .prepare('SELECT seq FROM run ORDER BY seq')
        .all()
        .map(({ seq }) => seq);
    mergeRun(database, { day: 20, retentionDays: 10, subscriptions: { [one]: { machines: [machine('a')] } } });
    expect(seqs()).toEqual([1, 2, 3, 4]);
    mergeRun(database, { day: 21, retentionDays: 10, subscriptions: { [one]: { machines: [machine('a')] } } });
    expect(seqs()).toEqual([3, 4, 5]);
    expect(row(database, machine('b').id)).toBeNull();
    expect(row(database, machine('a').id)).toMatchObject({ firstSeen: dayOf(1), lastSeen: dayOf(21) });
    expect(lookupPrincipals(database, resolveAsOf(database, null), ['principal-of-b'])).toEqual([
      { principalId: 'principal-of-b', state: 'neverSeen' },
    ]);
  });
});
