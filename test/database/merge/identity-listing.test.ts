import { describe, expect } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { forgetSubscription } from '../../../lib/database/merge/forget-subscription.ts';
import { kinds } from '../../../lib/inventory/coverage.ts';
import {
  dayOf,
  guid,
  having,
  machine,
  mergeRun,
  type RunReading,
  type SubscriptionReading,
  userAssigned,
} from '../../support/readings.ts';
import { test } from './merge-test.ts';

const [one, two] = [guid(1), guid(2)];
const u = userAssigned('u');
const again = userAssigned('u', { principalId: 'principal-of-u2', clientId: 'client-of-u2' });
const at = (day: number) => Date.parse(dayOf(day));
const read = (database: Database, day: number, reading: SubscriptionReading, more: Partial<RunReading> = {}) =>
  mergeRun(database, { day, subscriptions: { [one]: reading }, ...more, plan: { kinds, ...more.plan } });
/** [principal id, 1 present or 0 gone, from, to] */
const presence = (database: Database) =>
  database
    .prepare(`SELECT i.principal_id, p.present, p.valid_from, p.valid_to FROM identity_presence p
      JOIN identity i ON i.id = p.identity ORDER BY p.valid_from, i.id`)
    .all()
    .map((row) => Object.values(row));
const unseen = (database: Database) =>
  database.prepare('SELECT valid_from, valid_to, last_seen FROM identity_unseen').all();
const coverage = (database: Database, seq: number) =>
  database
    .prepare(`SELECT status, reason ->> 'code' AS code FROM coverage WHERE kind = 'identities' AND from_seq = ?`)
    .get(seq);
/** Ids that were checked, and the answers. */
function asking(outcome: 'absent' | 'unverified' | typeof u = 'absent') {
  const asked: string[] = [];
  const verifyIdentity: RunReading['verifyIdentity'] = (id) => {
    asked.push(id);
    if (typeof outcome === 'object') return { outcome: 'present', reading: outcome };
    return outcome === 'absent'
      ? { outcome }
      : { outcome, reason: { code: 'ServerError', message: 'no', hint: 'try again' } };
  };
  return { asked, verifyIdentity };
}

describe('what is listed', () => {
  test('is present, once, however often it is listed', ({ database }) => {
    read(database, 1, { identities: [u] });
    const run = read(database, 2, { identities: [u] });
    expect(run).toMatchObject({ complete: true, changes: {} });
    expect(presence(database)).toEqual([['principal-of-u', 1, 1, null]]);
    expect(database.prepare('SELECT t.value FROM identity i JOIN text t ON t.id = i.tenant').all()).toEqual([
      { value: guid(9) },
    ]);
  });

  test('is present when an incomplete list shows it', ({ database }) => {
    read(database, 1, { identities: [u], statuses: { identities: 'partial' } });
    expect(presence(database)).toEqual([['principal-of-u', 1, 1, null]]);
  });

  test('is the identity that machines have under that id, regardless of case', ({ database }) => {
    const shouted = { ...u, id: u.id.toUpperCase() };
    read(database, 1, { identities: [u], machines: [machine('a', { identity: having(shouted) })] });
    expect(presence(database)).toEqual([['principal-of-u', 1, 1, null]]);
  });
});

describe('what is not listed', () => {
  test('is gone when its id answers 404', ({ database }) => {
    read(database, 1, { identities: [u] });
    const { asked, verifyIdentity } = asking();
    const run = read(database, 2, {}, { verifyIdentity });
    expect(asked).toEqual([u.id]);
    expect(run).toMatchObject({ complete: true, changes: {} });
    expect(presence(database)).toEqual([
      ['principal-of-u', 1, 1, 2],
      ['principal-of-u', 0, 2, null],
    ]);
    expect(database.prepare('SELECT ended_at FROM identity_presence WHERE valid_to = 2').get()).toEqual({
      ended_at: at(2),
    });
  });

  test('and known to be gone is not checked again', ({ database }) => {
    read(database, 1, { identities: [u] });
    read(database, 2, {});
    const { asked, verifyIdentity } = asking();
    read(database, 3, {}, { verifyIdentity });
    expect(asked).toEqual([]);
    expect(presence(database)).toHaveLength(2);
  });

  test('but on a machine is checked, and is dangling when its id answers 404', ({ database }) => {
    const { asked, verifyIdentity } = asking();
    read(database, 1, { machines: [machine('a', { identity: having(u) })] }, { verifyIdentity });
    expect(asked).toEqual([u.id]);
    expect(presence(database)).toEqual([['principal-of-u', 0, 1, null]]);
  });

  test('and was detached in the same run is checked, too', ({ database }) => {
    const statuses = { identities: 'failed' } as const;
    read(database, 1, { machines: [machine('a', { identity: having(u) })], statuses });
    read(database, 2, { machines: [machine('a')] });
    expect(presence(database)).toEqual([['principal-of-u', 0, 2, null]]);
  });

  test('stays when a read by id finds it, and the list is a ShortList', ({ database }) => {
    read(database, 1, { identities: [u] });
    const run = read(database, 2, {}, { verifyIdentity: asking(u).verifyIdentity });
    expect(run.complete).toBe(false);
    expect(presence(database)).toEqual([['principal-of-u', 1, 1, null]]);
    expect(coverage(database, 2)).toEqual({ status: 'partial', code: 'ShortList' });
  });

  test('stays unseen when its check fails, and the kind is DeletionUnverified', ({ database }) => {
    read(database, 1, { identities: [u] });
    const run = read(database, 2, {}, { verifyIdentity: asking('unverified').verifyIdentity });
    expect(run.complete).toBe(false);
    expect(presence(database)).toEqual([['principal-of-u', 1, 1, null]]);
    expect(coverage(database, 2)).toEqual({ status: 'partial', code: 'DeletionUnverified' });
    expect(unseen(database)).toEqual([{ valid_from: 2, valid_to: null, last_seen: at(1) }]);
    read(database, 3, { identities: [u] });
    expect(unseen(database)).toEqual([{ valid_from: 2, valid_to: 3, last_seen: at(1) }]);
  });

  test.for(['partial', 'failed', 'denied'] as const)(
    'stays where the list is %s, and is not asked about',
    (status, { database }) => {
      read(database, 1, {
        identities: [u],
        machines: [machine('a', { identity: having(userAssigned('v')) })],
        statuses: {},
      });
      const { asked, verifyIdentity } = asking();
      const before = presence(database);
      read(
        database,
        2,
        { machines: [machine('a', { identity: having(userAssigned('w')) })], statuses: { identities: status } },
        { verifyIdentity },
      );
      expect(asked).toEqual([]);
      expect(presence(database)).toEqual(before);
      expect(unseen(database)).toEqual(
        status === 'partial' ? [{ valid_from: 2, valid_to: null, last_seen: at(1) }] : [],
      );
    },
  );

  test('is gone if Azure lists the subscription as deleted and answers SubscriptionNotFound', ({ database }) => {
    read(database, 1, { identities: [u] });
    const reason = { code: 'SubscriptionNotFound', message: 'no', hint: null };
    const statuses = {
      identities: 'skipped',
      roleAssignments: 'skipped',
      scaleSets: 'skipped',
      arcMachines: 'skipped',
    } as const;
    const run = read(
      database,
      2,
      { status: 'skipped', statuses },
      { verifyIdentity: () => ({ outcome: 'unverified', reason }) },
    );
    expect(run.complete).toBe(true);
    expect(presence(database)).toEqual([
      ['principal-of-u', 1, 1, 2],
      ['principal-of-u', 0, 2, null],
    ]);
  });

  test('is a SuspiciousShrink when more than 200 are missing, until a second list lacks them, too', ({ database }) => {
    const many = Array.from({ length: 201 }, (_, index) => userAssigned(`u${index}`));
    read(database, 1, { identities: [u, ...many] });
    const { asked, verifyIdentity } = asking();
    const second = read(database, 2, { identities: [u] }, { verifyIdentity });
    expect(second.complete).toBe(false);
    expect(coverage(database, 2)).toEqual({ status: 'partial', code: 'SuspiciousShrink' });
    expect(presence(database)).toHaveLength(202);
    const third = read(database, 3, { identities: [u] }, { verifyIdentity });
    expect(third.complete).toBe(true);
    expect(presence(database).filter(([, present]) => present === 0)).toHaveLength(201);
    expect(asked).toEqual([]);
    expect(unseen(database).every(({ valid_to }) => valid_to === 3)).toBe(true);
  });

  test('is unknown in a subscription without a list', ({ database }) => {
    const elsewhere = userAssigned('u', { subscriptionId: two });
    const { asked, verifyIdentity } = asking();
    read(database, 1, { machines: [machine('a', { identity: having(elsewhere) })] }, { verifyIdentity });
    expect(asked).toEqual([]);
    expect(presence(database)).toEqual([]);
  });
});

describe('what is re-created under its id', () => {
  const changed = (database: Database) =>
    database.prepare('SELECT begin_change, not_before FROM identity_presence WHERE begin_change IS NOT NULL').all();

  test('is one change: the old identity is gone without a check, the new one begins', ({ database }) => {
    read(database, 1, { identities: [u] });
    const { asked, verifyIdentity } = asking();
    const run = read(database, 2, { identities: [again] }, { verifyIdentity });
    expect(run.changes).toEqual({ identityRecreated: 1 });
    expect(asked).toEqual([]);
    expect(presence(database)).toEqual([
      ['principal-of-u', 1, 1, 2],
      ['principal-of-u', 0, 2, null],
      ['principal-of-u2', 1, 2, null],
    ]);
    expect(changed(database)).toEqual([{ begin_change: 'identityRecreated', not_before: at(1) }]);
    expect(read(database, 3, { identities: [again] }).changes).toEqual({});
  });

  test('is a change of the machine that shows it', ({ database }) => {
    read(database, 1, { identities: [u], machines: [machine('a', { identity: having(u) })] });
    const run = read(database, 2, { identities: [again], machines: [machine('a', { identity: having(again) })] });
    expect(run.changes).toEqual({ identityRecreated: 1 });
    expect(changed(database)).toEqual([]);
  });

  test('is a change if the old identity was listed, even if the kind was never read completely', ({ database }) => {
    read(database, 1, { identities: [u], statuses: { identities: 'partial' } });
    expect(read(database, 2, { identities: [again] }).changes).toEqual({ identityRecreated: 1 });
    expect(changed(database)).toEqual([{ begin_change: 'identityRecreated', not_before: null }]);
    expect(presence(database).filter(([, present]) => present === 0)).toEqual([['principal-of-u', 0, 2, null]]);
  });

  test('is no change if only a machine had the old identity: it may have been replaced long ago', ({ database }) => {
    const a = machine('a', { identity: having(u) });
    read(database, 1, { machines: [a], statuses: { identities: 'failed' } });
    expect(read(database, 2, { machines: [a], identities: [again] }).changes).toEqual({});
  });

  test('leaves a machine that names the old identity with an identity that is gone', ({ database }) => {
    const a = machine('a', { identity: having(u) });
    read(database, 1, { identities: [u], machines: [a] });
    read(database, 2, { identities: [again], machines: [a] });
    expect(presence(database).filter(([, present]) => present === 0)).toEqual([['principal-of-u', 0, 2, null]]);
  });

  test('is checked if only a machine of this run has the other identity', ({ database }) => {
    const { asked, verifyIdentity } = asking(again);
    const a = machine('a', { identity: having(u) });
    const run = read(database, 1, { identities: [again], machines: [a] }, { verifyIdentity });
    expect(asked).toEqual([u.id]);
    expect(run.complete).toBe(true);
    expect(presence(database)).toEqual(
      [
        ['principal-of-u', 0, 1, null],
        ['principal-of-u2', 1, 1, null],
      ].sort((x, y) => (String(x[0]) < String(y[0]) ? -1 : 1)),
    );
  });

  test('is a change even after it was gone', ({ database }) => {
    read(database, 1, { identities: [u] });
    read(database, 2, {});
    expect(read(database, 3, { identities: [again] }).changes).toEqual({ identityRecreated: 1 });
  });
});

describe('whole subscriptions', () => {
  const x = userAssigned('x', { subscriptionId: two });
  const both = { [one]: { identities: [u] }, [two]: { identities: [x] } };
  const open = (database: Database) => presence(database).filter(([, , , to]) => to === null);

  test('that leave the scope make their identities unknown', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: both, plan: { kinds } });
    mergeRun(database, { day: 2, subscriptions: { [one]: both[one] ?? {} }, plan: { kinds, outOfScope: [two] } });
    expect(open(database)).toEqual([['principal-of-u', 1, 1, null]]);
  });

  test('that a person forgets make their identities unknown', ({ database }) => {
    const spot = { subscriptionId: two, displayName: null, source: 'previousRun' as const, grantCommand: 'az …' };
    mergeRun(database, { day: 1, subscriptions: both, plan: { kinds } });
    mergeRun(database, { day: 2, subscriptions: { [one]: both[one] ?? {} }, plan: { kinds, blindSpots: [spot] } });
    expect(open(database)).toHaveLength(2);
    const thresholds = { idleDays: 30, sharedIdentityLimit: 10 };
    forgetSubscription(database, { subscriptionId: two, reason: 'sold', runId: 'f', startedAt: dayOf(3), thresholds });
    expect(open(database)).toEqual([['principal-of-u', 1, 1, null]]);
  });

  test('that move to another tenant begin their identities again: one change', ({ database }) => {
    mergeRun(database, { day: 1, subscriptions: both, plan: { kinds } });
    const moved = { ...both, [one]: { identities: [again], tenantId: guid(8) } };
    const run = mergeRun(database, { day: 2, subscriptions: moved, plan: { kinds } });
    expect(run.changes).toEqual({ tenantChanged: 1 });
  });
});
