import { beforeEach, describe, expect, test } from 'vitest';
import { kinds } from '../../../lib/inventory/coverage.ts';
import type { Verification } from '../../../lib/inventory/reading.ts';
import type { FederatedCredential } from '../../../lib/inventory/user-assigned-identity.ts';
import {
  dayOf,
  federatedCredential,
  guid,
  having,
  machine,
  mergeRun,
  type RunReading,
  type SubscriptionReading,
  userAssigned,
} from '../../support/readings.ts';
import { database } from '../fixtures/memory-database.ts';

const one = guid(1);
const u = userAssigned('u');
const a = machine('a', { identity: having(u) });
const [main, dev] = [federatedCredential('main'), federatedCredential('dev')];
const attached = { identities: [u], machines: [a] };
let asked: string[];
beforeEach(() => {
  asked = [];
});
type Answer = readonly FederatedCredential[] | Exclude<Verification<never>, { readonly outcome: 'present' }>;
const read = (day: number, answer: Answer, reading: SubscriptionReading = attached, more: Partial<RunReading> = {}) =>
  mergeRun(database, {
    day,
    subscriptions: { [one]: reading },
    ...more,
    plan: { kinds, ...more.plan },
    federatedCredentials(id) {
      asked.push(id);
      return 'outcome' in answer ? answer : { outcome: 'present', reading: answer };
    },
  });
const failing = { outcome: 'unverified', reason: { code: 'ServerError', message: 'no', hint: 'again' } } as const;
/** [name, subject, from, to, begin, end] */
const rows = () =>
  database
    .prepare(
      'SELECT name, subject, valid_from, valid_to, begin_change, end_change FROM federated_credential ORDER BY valid_from, name',
    )
    .all()
    .map((row) => Object.values(row));
const coverage = (seq: number) =>
  database
    .prepare(`SELECT status, reason ->> 'code' AS code FROM coverage WHERE kind = 'identities' AND from_seq = ?`)
    .get(seq);

describe('federated credentials', () => {
  test('are read for identities on a machine, once each', () => {
    read(1, [main], { identities: [u, userAssigned('alone')], machines: [a, machine('b', { identity: having(u) })] });
    expect(asked).toEqual([u.id]);
    expect(rows()).toEqual([['main', main.subject, 1, null, null, null]]);
  });

  test('are not read for an identity that is gone, or whose subscription is not in the run', () => {
    const elsewhere = userAssigned('e', { subscriptionId: guid(2) });
    read(1, [], { machines: [a, machine('b', { identity: having(elsewhere) })] });
    expect(asked).toEqual([]);
  });

  test('are not read if the identities could not be listed', () => {
    read(1, [], { machines: [a], statuses: { identities: 'denied' } });
    expect(asked).toEqual([]);
  });

  test('that are added or removed are changes, with the time of the reading before', () => {
    read(1, [main]);
    expect(read(2, [dev]).changes).toEqual({ federatedCredentialAdded: 1, federatedCredentialRemoved: 1 });
    expect(rows()).toEqual([
      ['main', main.subject, 1, 2, null, 'federatedCredentialRemoved'],
      ['dev', dev.subject, 2, null, 'federatedCredentialAdded', null],
    ]);
    expect(
      database.prepare('SELECT not_before, end_not_before FROM federated_credential ORDER BY valid_from').all(),
    ).toEqual([
      { not_before: null, end_not_before: Date.parse(dayOf(1)) },
      { not_before: Date.parse(dayOf(1)), end_not_before: null },
    ]);
    expect(read(3, [dev]).changes).toEqual({});
  });

  test('with another subject under the same name are one change', () => {
    read(1, [main]);
    const changed = federatedCredential('MAIN', { subject: 'repo:other' });
    expect(read(2, [changed]).changes).toEqual({ federatedCredentialAdded: 1 });
    expect(rows()).toEqual([
      ['main', main.subject, 1, 2, null, null],
      ['MAIN', 'repo:other', 2, null, 'federatedCredentialAdded', null],
    ]);
  });

  test('with audiences in another order are no change', () => {
    read(1, [federatedCredential('main', { audiences: ['x', 'y'] })]);
    expect(read(2, [federatedCredential('main', { audiences: ['y', 'x'] })]).changes).toEqual({});
  });

  test('do not end when a read fails, and the kind is FederatedCredentialsNotRead', () => {
    read(1, [main]);
    const run = read(2, failing);
    expect(run).toMatchObject({ complete: false, changes: {} });
    expect(coverage(2)).toEqual({ status: 'partial', code: 'FederatedCredentialsNotRead' });
    expect(rows()).toEqual([['main', main.subject, 1, null, null, null]]);
  });

  test('do not end when a read answers 404, which is no complete reading either', () => {
    read(1, [main]);
    expect(read(2, { outcome: 'absent' })).toMatchObject({ complete: false, changes: {} });
    expect(rows()).toEqual([['main', main.subject, 1, null, null, null]]);
  });

  test('the first reason stays', () => {
    read(1, [main]);
    const b = machine('b', { identity: having(userAssigned('v')) });
    const verifyIdentity = () => failing;
    read(2, failing, { identities: [u], machines: [a, b] }, { verifyIdentity });
    expect(coverage(2)).toEqual({ status: 'partial', code: 'DeletionUnverified' });
  });

  test('stay as read when the identity is detached or gone', () => {
    read(1, [main]);
    read(2, [], { identities: [u], machines: [machine('a')] });
    read(3, [], {});
    expect(asked).toEqual([u.id]);
    expect(rows()).toEqual([['main', main.subject, 1, null, null, null]]);
  });

  test('of a re-created identity are their own baseline', () => {
    read(1, [main]);
    const again = userAssigned('u', { principalId: 'p2', clientId: 'c2' });
    const run = read(2, [dev], { identities: [again], machines: [machine('a', { identity: having(again) })] });
    expect(run.changes).toEqual({ identityRecreated: 1 });
    expect(rows()).toContainEqual(['dev', dev.subject, 2, null, null, null]);
  });

  test('end with their subscription, and are a baseline when it is back', () => {
    read(1, [main]);
    mergeRun(database, { day: 2, subscriptions: {}, plan: { kinds, outOfScope: [one] } });
    expect(rows()).toEqual([['main', main.subject, 1, 2, null, 'outOfScope']]);
    expect(read(3, [dev]).changes).toEqual({ subscriptionAppeared: 1 });
  });
});

describe('client ids of system-assigned identities', () => {
  const plan = { kinds, clientIds: true };
  const clients = () => database.prepare('SELECT client_id FROM identity WHERE kind = 1').all();
  const b = machine('b');

  test('are read if the plan wants them, until they are known', () => {
    const ids: string[] = [];
    const clientId = (id: string) => {
      ids.push(id);
      return { outcome: 'present', reading: { principalId: 'Principal-of-b', clientId: 'client-of-b' } } as const;
    };
    const subscriptions = { [one]: { machines: [b, a] } };
    mergeRun(database, { day: 1, subscriptions, plan: { kinds }, clientId });
    expect(ids).toEqual([]);
    mergeRun(database, { day: 2, subscriptions, plan, clientId });
    expect(ids).toEqual([b.id]);
    expect(clients()).toEqual([{ client_id: 'client-of-b' }]);
    const run = mergeRun(database, { day: 3, subscriptions, plan, clientId });
    expect(ids).toEqual([b.id]);
    expect(run).toMatchObject({ complete: true, changes: {} });
  });

  test('of another identity than the listed one are not stored', () => {
    const clientId = (principalId: string) => () =>
      ({ outcome: 'present', reading: { principalId, clientId: `client of ${principalId}` } }) as const;
    const subscriptions = { [one]: { machines: [b] } };
    const run = mergeRun(database, { day: 1, subscriptions, plan, clientId: clientId('principal-of-the-next-b') });
    expect(clients()).toEqual([{ client_id: null }]);
    expect(run.complete).toBe(true);
    mergeRun(database, { day: 2, subscriptions, plan, clientId: clientId('principal-of-b') });
    expect(clients()).toEqual([{ client_id: 'client of principal-of-b' }]);
  });

  test('are not read for machines that this run did not see', () => {
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines: [b] } }, plan: { kinds } });
    const clientId = () => expect.unreachable();
    mergeRun(database, { day: 2, subscriptions: { [one]: { status: 'failed' } }, plan, clientId });
  });

  test('that cannot be read make the identities partial: ClientIdNotRead', () => {
    const subscriptions = { [one]: { machines: [b] } };
    const run = mergeRun(database, { day: 1, subscriptions, plan, clientId: () => failing });
    expect(run.complete).toBe(false);
    expect(coverage(1)).toEqual({ status: 'partial', code: 'ClientIdNotRead' });
  });

  test('are read in several rounds if they exceed one', () => {
    const machines = Array.from({ length: 5003 }, (_, index) => machine(`m${index}`));
    let count = 0;
    const clientId = () =>
      ({ outcome: 'present', reading: { principalId: null, clientId: `client-${count++}` } }) as const;
    mergeRun(database, { day: 1, subscriptions: { [one]: { machines } }, plan, clientId });
    expect(count).toBe(5003);
    expect(database.prepare('SELECT count(DISTINCT client_id) AS n FROM identity').get()).toEqual({ n: 5003 });
  });
});
