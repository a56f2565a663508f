import { beforeEach, describe, expect, test } from 'vitest';
import { type Database, openForWriting } from '../../lib/database/database.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { iterateFindings } from '../../lib/database/queries/findings.ts';
import { listVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { listPrincipals, lookupPrincipals } from '../../lib/database/queries/principals/principals.ts';
import type { PrincipalFilter } from '../../lib/inventory/query.ts';
import type { UserAssignedIdentityReading } from '../../lib/inventory/user-assigned-identity.ts';
import {
  dayOf,
  guid,
  having,
  machine,
  mergeRun,
  type RunReading,
  roleAssignment,
  type SubscriptionReading,
  userAssigned,
} from '../support/readings.ts';

const one = guid(1);
const kinds = ['virtualMachines', 'identities', 'roleAssignments'] as const;
const u = userAssigned('u');
const again = userAssigned('u', { principalId: 'principal-of-the-next-u', clientId: 'client-of-the-next-u' });
const unnamed = (identity: UserAssignedIdentityReading) => ({ ...identity, principalId: null, clientId: null });
const silent = machine('silent', { identity: having(unnamed(u)) });
const plain = machine('plain', { identity: having(u) });

let database: Database;
beforeEach(() => {
  database = openForWriting(':memory:');
});

const read = (day: number, subscription: SubscriptionReading, more: Partial<RunReading> = {}) =>
  mergeRun(database, { day, subscriptions: { [one]: subscription }, plan: { kinds }, ...more });
const asOf = (day?: number) => resolveAsOf(database, day === undefined ? null : dayOf(day));
const page = { limit: 100 };
const whoIs = (id: string, day?: number) => lookupPrincipals(database, asOf(day), [id])[0];
const principals = (filter: PrincipalFilter, day?: number) =>
  listPrincipals(database, asOf(day), filter, page).value.map(({ principalId }) => principalId);
const machines = (filter: Parameters<typeof listVirtualMachines>[2], day?: number) =>
  listVirtualMachines(database, asOf(day), filter, page).value.map(({ name }) => name);
const on = (name: string, from: number, to: number | null = null) => ({
  name,
  attachedFrom: dayOf(from),
  detachedAt: to === null ? null : dayOf(to),
});
const history = (principalId: string) =>
  database
    .prepare(`SELECT virtual_machine_name AS name, attached_from AS attachedFrom, detached_at AS detachedAt
      FROM principal_history WHERE principal_id = ? ORDER BY valid_from, name DESC`)
    .all(principalId);

describe('an identity that a machine names without its ids', () => {
  test('is attached to it, by principal id, by client id, and in lists', () => {
    const run = read(1, { machines: [silent, machine('other')], identities: [u] });

    const attached = { principalId: u.principalId, state: 'attached', virtualMachines: [on('silent', 1)] };
    expect(whoIs('PRINCIPAL-OF-U')).toMatchObject(attached);
    expect(whoIs('client-of-u')).toMatchObject(attached);
    expect(principals({ state: 'attached' })).toEqual(['principal-of-other', u.principalId]);
    expect(principals({ state: 'detached' })).toEqual([]);
    expect(run.principalCount).toBe(2);
  });

  test('is shown on the machine as Azure shows it, and its ids find the machine', () => {
    read(1, { machines: [silent, machine('other')], identities: [u] });

    const [shown] = listVirtualMachines(database, asOf(), { principalId: 'Principal-of-u' }, page).value;

    expect(shown).toMatchObject({ name: 'silent', principalIds: [], identity: silent.identity });
    expect(machines({ clientId: 'client-of-u' })).toEqual(['silent']);
    expect(machines({ clientId: 'client-of-another' })).toEqual([]);
  });

  test('is among the principals of that machine, with every filter', () => {
    read(1, { machines: [silent, plain, machine('other')], identities: [u, userAssigned('idle')] });

    expect(principals({ name: 'silent' })).toEqual([u.principalId]);
    expect(principals({ name: 'other' })).toEqual(['principal-of-other']);
    expect(principals({ subscriptionId: one, identityType: 'userAssigned' })).toEqual([u.principalId]);
  });

  test('has no principal until a list shows one, and then since the machine had it', () => {
    read(1, { machines: [silent], statuses: { identities: 'failed' } });
    read(2, { machines: [silent], identities: [u] });

    expect(whoIs('principal-of-u', 1)).toEqual({ principalId: 'principal-of-u', state: 'neverSeen' });
    expect(machines({ principalId: 'principal-of-u' }, 1)).toEqual([]);
    expect(whoIs('principal-of-u')).toMatchObject({ state: 'attached', virtualMachines: [on('silent', 1)] });
    expect(history('principal-of-u')).toEqual([on('silent', 1)]);
  });

  test('is no change of its own, and the same reading twice changes nothing', () => {
    read(1, { machines: [silent], identities: [u] });

    expect(read(2, { machines: [silent], identities: [u] }).changes).toEqual({});
    const named = { ...silent, identity: having(u) };
    expect(read(3, { machines: [named], identities: [u] }).changes).toEqual({ virtualMachineUpdated: 1 });
  });

  test('stays attached while the machine names it with its ids', () => {
    const named = { ...silent, identity: having(u) };
    read(1, { machines: [silent], identities: [u] });
    read(2, { machines: [named], identities: [u] });
    read(3, { machines: [silent], identities: [u] });

    for (const day of [1, 2, 3]) {
      expect(whoIs('principal-of-u', day)).toMatchObject({ state: 'attached', virtualMachines: [on('silent', 1)] });
      expect(machines({ principalId: 'principal-of-u' }, day)).toEqual(['silent']);
    }
    expect(whoIs('principal-of-u')).toMatchObject({ virtualMachines: { length: 1 } });
  });

  test('stays attached while the machine leaves out its client id', () => {
    const half = machine('plain', { identity: having({ ...u, clientId: null }) });
    read(1, { machines: [plain], identities: [u] });
    read(2, { machines: [half], identities: [u] });

    const attached = { state: 'attached', virtualMachines: [on('plain', 1)] };
    expect(whoIs('principal-of-u')).toMatchObject(attached);
  });

  test('is another identity once it is re-created under its resource id, and the old one stays known', () => {
    read(1, { machines: [silent], identities: [u] });
    const run = read(2, { machines: [silent], identities: [again] });

    expect(run.changes).toEqual({ identityRecreated: 1 });
    expect(whoIs('principal-of-u')).toMatchObject({ state: 'gone', virtualMachines: [on('silent', 1, 2)] });
    expect(whoIs('principal-of-the-next-u')).toMatchObject({ state: 'attached', virtualMachines: [on('silent', 2)] });
    expect(machines({ principalId: 'principal-of-u' })).toEqual([]);
    expect(machines({ clientId: 'client-of-the-next-u' })).toEqual(['silent']);
    expect(history('principal-of-u')).toEqual([on('silent', 1, 2)]);
    expect(history('principal-of-the-next-u')).toEqual([on('silent', 2)]);
    expect(principals({ name: 'silent' })).toEqual([u.principalId, again.principalId]);
  });

  test('is the old identity as of the run before it was re-created', () => {
    read(1, { machines: [silent], identities: [u] });
    read(2, { machines: [silent], identities: [again] });

    expect(whoIs('principal-of-u', 1)).toMatchObject({ state: 'attached', virtualMachines: [on('silent', 1)] });
    expect(whoIs('principal-of-the-next-u', 1)).toMatchObject({ state: 'neverSeen' });
    expect(machines({ principalId: 'principal-of-u' }, 1)).toEqual(['silent']);
    expect(principals({ name: 'silent' }, 1)).toEqual([u.principalId]);
  });

  test('is dangling once it is proven gone', () => {
    read(1, { machines: [silent], identities: [u] });
    read(2, { machines: [silent], identities: [] });

    expect(whoIs('principal-of-u')).toMatchObject({ state: 'dangling', virtualMachines: [on('silent', 1)] });
    const found = [...iterateFindings(database, asOf(), {}, { findings: [], now: 0 })];
    expect(found).toMatchObject([{ rule: 'danglingIdentity', principalId: u.principalId }]);
  });

  test('was on a deleted machine until the machine ended', () => {
    read(1, { machines: [silent], identities: [u] });
    read(2, { machines: [], identities: [u] });

    expect(whoIs('principal-of-u')).toMatchObject({ state: 'detached', virtualMachines: [on('silent', 1, 2)] });
    expect(principals({ name: 'silent', deleted: true })).toEqual([u.principalId]);
  });

  test('has its machines in findings, each once', () => {
    const roleAssignments = [roleAssignment('r', u.principalId ?? '')];
    const idle = machine('silent-2', { identity: having(unnamed(u)) });
    read(1, { machines: [silent, plain, idle], identities: [u], roleAssignments }, { sharedIdentityLimit: 2 });

    const found = [...iterateFindings(database, asOf(), {}, { findings: [], now: 0 })];

    expect(found.map(({ rule }) => rule).toSorted()).toEqual(['privilegedIdentity', 'sharedIdentity']);
    expect(found.find(({ rule }) => rule === 'sharedIdentity')?.message).toContain('3 machines');
  });

  test('is in the views as in the queries', () => {
    read(1, { machines: [silent, plain], identities: [u] });

    expect(database.prepare('SELECT * FROM principals').all()).toMatchObject([
      { principal_id: u.principalId, state: 'attached', virtual_machine_count: 2, client_id: u.clientId },
    ]);
    expect(history('principal-of-u')).toEqual([on('silent', 1), on('plain', 1)]);
  });
});

test('looking up a principal or a row of its history never reads a whole table', () => {
  read(1, { machines: [silent], identities: [u] });
  const plans: string[] = [];
  const spied: Database = new Proxy(database, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        if (name === 'prepare') plans.push(String(given[0]));
        return Reflect.apply(value, target, given);
      };
    },
  });

  lookupPrincipals(spied, asOf(), ['principal-of-u', 'client-of-u']);
  plans.push("SELECT * FROM principal_history WHERE principal_id = 'principal-of-u'");

  const steps = plans
    .filter((sql) => /attachment|principal_history/.test(sql))
    .flatMap((sql) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail)),
    );
  expect(steps.filter((step) => /^SCAN (?!j\b|json|principal_history|\d|CONSTANT)/.test(step))).toEqual([]);
  expect(steps.filter((step) => step.includes('principal_id>?'))).toEqual([]);
});
