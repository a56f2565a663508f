import { expect, test } from 'vitest';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { getVirtualMachine } from '../../../lib/database/queries/machines/virtual-machines.ts';
import { type Kind, kinds } from '../../../lib/inventory/coverage.ts';
import type { MachineReading } from '../../../lib/inventory/virtual-machine.ts';
import { dayOf, guid, machine, mergeRun, type RunReading, type SubscriptionReading } from '../../support/readings.ts';
import { database } from '../fixtures/memory-database.ts';

const one = guid(1);
const vm = machine('a');
const set = machine('set', { type: 'Microsoft.Compute/virtualMachineScaleSets', instanceCount: 3 });
const arc = machine('arc', { type: 'Microsoft.HybridCompute/machines', vmSize: null });
const row = (id: string) => getVirtualMachine(database, resolveAsOf(database, null), id);
const read = (day: number, reading: SubscriptionReading, more: Partial<RunReading> = {}) =>
  mergeRun(database, { day, subscriptions: { [one]: reading }, ...more, plan: { kinds, ...more.plan } });
const ends = () =>
  database
    .prepare('SELECT end_change, ended_at, end_not_before FROM machine_version WHERE end_change IS NOT NULL')
    .all();

test('machines of every kind are rows, and only virtual machines count as such', () => {
  const run = read(1, { machines: [vm, set, arc] });
  expect(run).toMatchObject({ complete: true, virtualMachineCount: 1, principalCount: 3 });
  expect(row(set.id)).toMatchObject({ type: set.type, instanceCount: 3 });
  expect(row(arc.id)).toMatchObject({ type: arc.type, vmSize: null });
});

test('machines with the same name and group differ by type', () => {
  const twin = machine('a', { type: 'Microsoft.HybridCompute/machines' });
  read(1, { machines: [vm, twin] });
  const run = read(2, { machines: [vm] });
  expect(run.changes).toEqual({ virtualMachineDeleted: 1 });
  expect(row(vm.id)?.deletedAt).toBeNull();
  expect(row(twin.id)?.deletedAt).toBe(dayOf(2));
});

test('another number of instances is no change, but is stored', () => {
  read(1, { machines: [set] });
  const run = read(2, { machines: [{ ...set, instanceCount: 5 }] });
  expect(run.changes).toEqual({});
  expect(row(set.id)?.instanceCount).toBe(5);
  expect(database.prepare('SELECT count(*) AS n FROM machine_version').get()).toEqual({ n: 1 });
});

test.each<[Kind, MachineReading]>([
  ['virtualMachines', vm],
  ['scaleSets', set],
  ['arcMachines', arc],
])('a kind that could not be read ends nothing of its own: %s', (kind, lacking) => {
  const all = [vm, set, arc];
  read(1, { machines: all });
  const failed = kind === 'virtualMachines' ? { status: 'failed' as const } : { statuses: { [kind]: 'failed' } };
  const run = read(2, { machines: [], ...failed });
  expect(run).toMatchObject({ complete: false, changes: { virtualMachineDeleted: 2 } });
  for (const machine of all) expect(row(machine.id)?.deletedAt).toBe(machine === lacking ? null : dayOf(2));
});

test('each kind records no new machine until its first complete reading', () => {
  read(1, { machines: [vm], statuses: { arcMachines: 'partial' } });
  const more = [machine('b'), machine('arc2', { type: 'Microsoft.HybridCompute/machines' })];
  expect(read(2, { machines: [vm, ...more] }).changes).toEqual({ virtualMachineCreated: 1 });
  const third = machine('arc3', { type: 'Microsoft.HybridCompute/machines' });
  expect(read(3, { machines: [vm, ...more, third] }).changes).toEqual({ virtualMachineCreated: 1 });
});

test('an update is recorded even if the kind was never read completely', () => {
  const partial = { statuses: { arcMachines: 'partial' } } as const;
  const retagged = { ...arc, tags: { moved: 'in' } };
  const rebuilt = { ...retagged, vmId: 'another' };
  const replaced = { ...rebuilt, identity: { ...rebuilt.identity, principalId: 'principal-of-another' } };
  read(1, { machines: [arc], ...partial });
  expect(read(2, { machines: [retagged], ...partial }).changes).toEqual({ virtualMachineUpdated: 1 });
  expect(read(3, { machines: [rebuilt], ...partial }).changes).toEqual({ virtualMachineRecreated: 1 });
  expect(read(4, { machines: [replaced], ...partial }).changes).toEqual({ identityRecreated: 1 });
});

test('a machine missing from a partial list is unseen, until a list shows it', () => {
  read(1, { machines: [vm, set] });
  read(2, { machines: [vm], statuses: { scaleSets: 'partial' } });
  expect(row(set.id)).toMatchObject({ stale: true, lastSeen: dayOf(1) });
  expect(row(vm.id)).toMatchObject({ stale: false, lastSeen: dayOf(2) });
  read(3, { machines: [vm, set] });
  expect(row(set.id)).toMatchObject({ stale: false, lastSeen: dayOf(3) });
});

test('absent machines are read by id and type, and each kind has its own limit of 200', () => {
  const many = (type: MachineReading['type']) =>
    Array.from({ length: 150 }, (_, index) => machine(`m${index}`, { type }));
  const machines = [...many(vm.type), ...many(arc.type)];
  read(1, { machines });
  let asked = 0;
  const run = read(
    2,
    {},
    {
      verify(id) {
        expect(machines.map((machine) => machine.id)).toContain(id);
        asked += 1;
        return { outcome: 'absent' };
      },
    },
  );
  expect(asked).toBe(300);
  expect(run).toMatchObject({ complete: true, changes: { virtualMachineDeleted: 300 } });
});

test('an unverified absence makes its own kind partial', () => {
  read(1, { machines: [vm, arc] });
  const reason = { code: 'ServerError', message: 'no', hint: null };
  read(2, { machines: [vm] }, { verify: () => ({ outcome: 'unverified', reason }) });
  expect(
    database
      .prepare("SELECT kind, reason ->> 'code' AS code FROM coverage WHERE from_seq = 2 AND status = 'partial'")
      .all(),
  ).toEqual([{ kind: 'arcMachines', code: 'DeletionUnverified' }]);
});

test('beginnings and ends record the last complete reading of their kind', () => {
  read(1, { machines: [vm, arc] });
  read(2, { machines: [vm, arc], statuses: { arcMachines: 'partial' } });
  read(3, { machines: [machine('b')] });
  const at = (day: number) => Date.parse(dayOf(day));
  expect(ends()).toEqual([
    { end_change: 'virtualMachineDeleted', ended_at: at(3), end_not_before: at(2) },
    { end_change: 'virtualMachineDeleted', ended_at: at(3), end_not_before: at(1) },
  ]);
  expect(database.prepare('SELECT not_before FROM machine_version WHERE begin_change IS NOT NULL').all()).toEqual([
    { not_before: at(2) },
  ]);
});

test('attachments, detachments and moves record the last complete reading', () => {
  const at = (day: number) => Date.parse(dayOf(day));
  read(1, { machines: [vm, machine('m')] });
  const without = { ...vm.identity, type: 'None' as const, principalId: null };
  read(2, { machines: [machine('a', { identity: without }), machine('m', { resourceGroup: 'other' })] });
  read(3, { machines: [vm, machine('m', { resourceGroup: 'other' })] });
  expect(database.prepare("SELECT end_not_before FROM attachment WHERE end_change = 'identityDetached'").all()).toEqual(
    [{ end_not_before: at(1) }],
  );
  expect(database.prepare("SELECT not_before FROM attachment WHERE begin_change = 'identityAttached'").all()).toEqual([
    { not_before: at(2) },
  ]);
  expect(
    database.prepare("SELECT not_before FROM machine_version WHERE begin_change = 'virtualMachineMoved'").all(),
  ).toEqual([{ not_before: at(1) }]);
});

test('an id that becomes known together with an attached identity is an update and an attachment', () => {
  const identity = (entries: MachineReading['identity']['userAssignedIdentities']) => ({
    type: 'UserAssigned' as const,
    principalId: null,
    tenantId: guid(9),
    userAssignedIdentities: entries,
  });
  const known = { principalId: 'p1', clientId: 'c1' };
  read(1, { machines: [machine('a', { identity: identity({ '/ids/u1': { principalId: null, clientId: null } }) })] });
  const both = identity({ '/ids/u1': known, '/ids/u2': { principalId: 'p2', clientId: 'c2' } });
  const run = read(2, { machines: [machine('a', { identity: both })] });
  expect(run.changes).toEqual({ virtualMachineUpdated: 1, identityAttached: 1 });
});

test('a second identity is an attachment and no update', () => {
  read(1, { machines: [vm] });
  const both = {
    ...vm.identity,
    type: 'SystemAssigned, UserAssigned' as const,
    userAssignedIdentities: { '/ids/u': { principalId: 'pu', clientId: 'cu' } },
  };
  expect(read(2, { machines: [machine('a', { identity: both })] }).changes).toEqual({ identityAttached: 1 });
});
