import { expect } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
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
import { test } from './merge-test.ts';

const [kept, gone] = [userAssigned('kept'), userAssigned('gone')];
const role = (name: string, condition: string | null = null) => roleAssignment(name, 'principal-of-a', { condition });
const read = (database: Database, day: number, reading: SubscriptionReading, retentionDays = 400) =>
  mergeRun(database, {
    day,
    retentionDays,
    plan: { kinds },
    subscriptions: { [guid(1)]: reading },
    federatedCredentials: () => ({ outcome: 'present', reading: [federatedCredential('main')] }),
  });
const all = (database: Database, sql: string) =>
  database
    .prepare(sql)
    .all()
    .flatMap((row) => Object.values(row));

test('retention removes identities that are gone and assignments that have ended, and keeps open ones', ({
  database,
}) => {
  read(database, 1, {
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
  read(database, 2, later);
  read(database, 3, later);
  expect(all(database, 'SELECT principal_id FROM identity WHERE kind = 2 ORDER BY id')).toEqual([
    'principal-of-kept',
    'principal-of-gone',
  ]);

  read(database, 20, later, 10);
  read(database, 21, later, 10);

  expect(all(database, 'SELECT seq FROM run')).toEqual([3, 4, 5]);
  expect(all(database, 'SELECT principal_id FROM identity WHERE kind = 2')).toEqual(['principal-of-kept']);
  expect(all(database, 'SELECT present FROM identity_presence')).toEqual([1]);
  expect(all(database, 'SELECT name FROM federated_credential')).toEqual(['main']);
  expect(all(database, 'SELECT condition FROM role_assignment ORDER BY id')).toEqual([null, 'c']);
  expect(all(database, 'SELECT replaces FROM role_assignment')).toEqual([null, null]);
  expect(all(database, 'SELECT name FROM role_definition')).toEqual(['Contributor']);
});

test('retention keeps an identity that is gone while a machine still names it', ({ database }) => {
  const dangling = { machines: [machine('g', { identity: having(gone) })] };
  for (const day of [1, 2, 3]) read(database, day, dangling);
  read(database, 20, dangling, 10);
  read(database, 21, dangling, 10);
  expect(all(database, 'SELECT present FROM identity_presence')).toEqual([0]);
});

test.for<[string, number[]]>([
  ['forward', [1, 2, 28, 3]],
  ['back', [20, 21, 1, 22]],
])('retention removes nothing when the clock jumps %s in one run', ([_where, days], { database }) => {
  const [first = 0, ...later] = days;
  read(database, first, { machines: [machine('a')] });

  for (const day of later) read(database, day, { machines: [] }, 10);

  expect(all(database, 'SELECT seq FROM run ORDER BY seq')).toEqual([1, 2, 3, 4]);
  expect(all(database, 'SELECT count(*) FROM machine')).toEqual([1]);
});
