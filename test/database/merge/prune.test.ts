import { expect, test } from 'vitest';
import { kinds } from '../../../lib/inventory/coverage.ts';
import {
  contributor,
  federatedCredential,
  guid,
  having,
  machine,
  mergeRun,
  roleAssignment,
  type SubscriptionReading,
  userAssigned,
} from '../../support/readings.ts';
import { database } from '../fixtures/memory-database.ts';

const [kept, gone] = [userAssigned('kept'), userAssigned('gone')];
const role = (name: string, condition: string | null = null) => roleAssignment(name, 'principal-of-a', { condition });
const read = (day: number, reading: SubscriptionReading, retentionDays = 400) =>
  mergeRun(database, {
    day,
    retentionDays,
    plan: { kinds },
    subscriptions: { [guid(1)]: reading },
    federatedCredentials: () => ({ outcome: 'present', reading: [federatedCredential('main')] }),
  });
const all = (sql: string) =>
  database
    .prepare(sql)
    .all()
    .flatMap((row) => Object.values(row));

test('retention removes identities that are gone and assignments that have ended, and keeps open ones', () => {
  read(1, {
    machines: [machine('a'), machine('k', { identity: having(kept) }), machine('g', { identity: having(gone) })],
    identities: [kept, gone],
    roleAssignments: [role('stays'), role('changes'), role('ends')],
    roleDefinitions: [contributor],
  });
  const later: SubscriptionReading = {
    machines: [machine('a'), machine('k', { identity: having(kept) })],
    identities: [kept],
    roleAssignments: [role('stays'), role('changes', 'c')],
  };
  read(2, later);
  read(3, later);
  expect(all('SELECT principal_id FROM identity WHERE kind = 2 ORDER BY id')).toEqual([
    'principal-of-kept',
    'principal-of-gone',
  ]);

  read(20, later, 10);
  read(21, later, 10);

  expect(all('SELECT seq FROM run')).toEqual([3, 4, 5]);
  expect(all('SELECT principal_id FROM identity WHERE kind = 2')).toEqual(['principal-of-kept']);
  expect(all('SELECT present FROM identity_presence')).toEqual([1]);
  expect(all('SELECT name FROM federated_credential')).toEqual(['main']);
  expect(all('SELECT condition FROM role_assignment ORDER BY id')).toEqual([null, 'c']);
  expect(all('SELECT replaces FROM role_assignment')).toEqual([null, null]);
  expect(all('SELECT name FROM role_definition')).toEqual(['Contributor']);
});

test('retention keeps an identity that is gone while a machine still names it', () => {
  const dangling = { machines: [machine('g', { identity: having(gone) })] };
  for (const day of [1, 2, 3]) read(day, dangling);
  read(20, dangling, 10);
  read(21, dangling, 10);
  expect(all('SELECT present FROM identity_presence')).toEqual([0]);
});

test.each([
  ['forward', [1, 2, 28, 3]],
  ['back', [20, 21, 1, 22]],
])('retention removes nothing when the clock jumps %s in one run', (_where, days) => {
  const [first = 0, ...later] = days;
  read(first, { machines: [machine('a')] });

  for (const day of later) read(day, { machines: [] }, 10);

  expect(all('SELECT seq FROM run ORDER BY seq')).toEqual([1, 2, 3, 4]);
  expect(all('SELECT count(*) FROM machine')).toEqual([1]);
});
