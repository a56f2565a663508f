import { describe, expect } from 'vitest';
import { type Database, openForWriting } from '../../../lib/database/database.ts';
import { forgetSubscription } from '../../../lib/database/merge/forget-subscription.ts';
import type { CoverageStatus } from '../../../lib/inventory/coverage.ts';
import type { Plan } from '../../../lib/inventory/plan.ts';
import { deletedRoleName, type RoleAssignmentReading } from '../../../lib/inventory/roles/role.ts';
import { contributor, dayOf, guid, machine, mergeRun, roleAssignment } from '../../support/readings.ts';
import { test } from './merge-test.ts';

const [one, two] = [guid(1), guid(2)];
const known = 'principal-of-a';
const own = roleAssignment('own', known);
const inherited = roleAssignment('inherited', known, { scope: '/providers/Microsoft.Management/managementGroups/mg' });
const stranger = roleAssignment('stranger', 'principal-of-nobody');
const at = (day: number) => Date.parse(dayOf(day));
type Shown = readonly RoleAssignmentReading[] | CoverageStatus | null;

/** One run over two subscriptions: the list of each, or how else it was read; null = it was not in the run. */
function read(database: Database, day: number, first: Shown, second: Shown = null, plan: Partial<Plan> = {}) {
  const reading = (shown: Shown, machines: boolean) => ({
    machines: machines ? [machine('a')] : [],
    roleAssignments: typeof shown === 'string' ? [] : (shown ?? []),
    statuses: { roleAssignments: typeof shown === 'string' ? shown : ('complete' as const) },
  });
  return mergeRun(database, {
    day,
    plan: { kinds: ['virtualMachines', 'roleAssignments'], ...plan },
    subscriptions: {
      ...(first === null ? {} : { [one]: reading(first, true) }),
      ...(second === null ? {} : { [two]: reading(second, false) }),
    },
  });
}
/** [name of the assignment, last digit of the subscription, from, to, begin, end] */
const rows = (database: Database) =>
  database
    .prepare(`SELECT r.resource_id, k.subscription_id, s.valid_from, s.valid_to, s.begin_change, s.end_change
      FROM role_assignment_seen s JOIN role_assignment r ON r.id = s.assignment JOIN subscription_key k ON k.id = s.subscription
      ORDER BY s.valid_from, r.id, k.id`)
    .all()
    .map(({ resource_id, subscription_id, ...row }) => [
      String(resource_id).split('/').at(-1),
      Number(String(subscription_id).slice(-1)),
      ...Object.values(row),
    ]);

describe('what begins', () => {
  test('is a baseline in the first list', ({ database }) => {
    expect(read(database, 1, [own, inherited]).changes).toEqual({});
    expect(rows(database)).toEqual([
      ['own', 1, 1, null, null, null],
      ['inherited', 1, 1, null, null, null],
    ]);
  });

  test('is assigned if a complete list lacked it, with the time of that list', ({ database }) => {
    read(database, 1, []);
    expect(read(database, 2, [own]).changes).toEqual({ roleAssigned: 1 });
    expect(database.prepare('SELECT began_at, not_before, begin_change FROM role_assignment_seen').all()).toEqual([
      { began_at: at(2), not_before: at(1), begin_change: 'roleAssigned' },
    ]);
  });

  test('is one change even if many subscriptions inherit it', ({ database }) => {
    read(database, 1, [], []);
    expect(read(database, 2, [inherited], [inherited]).changes).toEqual({ roleAssigned: 1 });
    expect(rows(database).filter(([, , , , begin]) => begin !== null)).toHaveLength(1);
  });

  test('is no change in a subscription that inherits it later', ({ database }) => {
    read(database, 1, [inherited], []);
    expect(read(database, 2, [inherited], [inherited]).changes).toEqual({});
    expect(rows(database)).toHaveLength(2);
  });

  test('is no change without an earlier complete list', ({ database }) => {
    read(database, 1, 'partial');
    expect(read(database, 2, [own]).changes).toEqual({});
  });

  test('is no change for a principal that the inventory does not know', ({ database }) => {
    read(database, 1, []);
    expect(read(database, 2, [stranger]).changes).toEqual({});
    expect(read(database, 3, []).changes).toEqual({});
    expect(rows(database)).toEqual([['stranger', 1, 2, 3, null, null]]);
  });

  test('is a change for a principal that is new in the same run', ({ database }) => {
    mergeRun(database, {
      day: 1,
      plan: { kinds: ['virtualMachines', 'roleAssignments'] },
      subscriptions: { [one]: {} },
    });
    expect(read(database, 2, [own]).changes).toEqual({ virtualMachineCreated: 1, roleAssigned: 1 });
  });

  test('is the same in another casing', ({ database }) => {
    read(database, 1, [own]);
    const shouted = {
      ...own,
      id: own.id.toUpperCase(),
      scope: own.scope.toUpperCase(),
      principalId: known.toUpperCase(),
    };
    expect(read(database, 2, [shouted]).changes).toEqual({});
    expect(rows(database)).toEqual([['own', 1, 1, null, null, null]]);
  });

  test('is also taken from an incomplete list', ({ database }) => {
    read(database, 1, []);
    const run = mergeRun(database, {
      day: 2,
      plan: { kinds: ['virtualMachines', 'roleAssignments'] },
      subscriptions: {
        [one]: { machines: [machine('a')], roleAssignments: [own], statuses: { roleAssignments: 'partial' } },
      },
    });
    expect(run.changes).toEqual({ roleAssigned: 1 });
  });
});

describe('what changes under its id', () => {
  const conditional = { ...inherited, condition: "@Resource[x] StringEquals 'y'" };

  test('another condition is one change, and the earlier assignment stays known', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    expect(read(database, 2, [conditional], [conditional]).changes).toEqual({ roleAssigned: 1 });
    expect(rows(database)).toEqual([
      ['inherited', 1, 1, 2, null, null],
      ['inherited', 2, 1, 2, null, null],
      ['inherited', 1, 2, null, 'roleAssigned', null],
      ['inherited', 2, 2, null, null, null],
    ]);
    expect(database.prepare('SELECT id, replaces, condition FROM role_assignment').all()).toEqual([
      { id: 1, replaces: null, condition: null },
      { id: 2, replaces: 1, condition: conditional.condition },
    ]);
    expect(read(database, 3, [conditional], [conditional]).changes).toEqual({});
  });

  test('an unread subscription gets the new assignment when it is read', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    expect(read(database, 2, [conditional], 'failed').changes).toEqual({ roleAssigned: 1 });
    expect(rows(database).filter(([, , , to]) => to === null)).toEqual([
      ['inherited', 1, 2, null, 'roleAssigned', null],
    ]);
    expect(read(database, 3, [conditional], [conditional]).changes).toEqual({});
    expect(rows(database).filter(([, , , to]) => to === null)).toHaveLength(2);
  });

  test('a subscription whose list still shows the earlier assignment keeps it', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    expect(read(database, 2, [conditional], [inherited]).changes).toEqual({ roleAssigned: 1 });
    expect(read(database, 3, [conditional], [inherited]).changes).toEqual({});
    expect(rows(database).filter(([, , , to]) => to === null)).toHaveLength(2);
  });

  test('another condition is a change even without an earlier complete list', ({ database }) => {
    const partial = (day: number, shown: typeof inherited) =>
      mergeRun(database, {
        day,
        plan: { kinds: ['virtualMachines', 'roleAssignments'] },
        subscriptions: {
          [one]: { machines: [machine('a')], roleAssignments: [shown], statuses: { roleAssignments: 'partial' } },
        },
      });
    partial(1, inherited);
    expect(partial(2, conditional).changes).toEqual({ roleAssigned: 1 });
  });

  test('another principal under the same id is a removal and an assignment', ({ database }) => {
    read(database, 1, [own]);
    const other = { ...own, principalId: 'principal-of-nobody' };
    expect(read(database, 2, [other]).changes).toEqual({ roleRemoved: 1 });
    expect(read(database, 3, [own]).changes).toEqual({ roleAssigned: 1 });
    expect(database.prepare('SELECT count(*) AS n FROM role_assignment WHERE replaces IS NOT NULL').get()).toEqual({
      n: 0,
    });
  });

  test('an assignment after a removal is a normal assignment', ({ database }) => {
    read(database, 1, [own]);
    read(database, 2, []);
    expect(read(database, 3, [{ ...own, condition: 'c' }]).changes).toEqual({ roleAssigned: 1 });
    expect(database.prepare('SELECT replaces FROM role_assignment WHERE condition IS NOT NULL').get()).toEqual({
      replaces: null,
    });
    expect(read(database, 4, []).changes).toEqual({ roleRemoved: 1 });
    expect(read(database, 5, [{ ...own, condition: 'c' }]).changes).toEqual({ roleAssigned: 1 });
  });
});

describe('what ends', () => {
  test('ends when a complete list lacks it, with the time of the last list that had it', ({ database }) => {
    read(database, 1, [own]);
    read(database, 2, [own]);
    expect(read(database, 3, []).changes).toEqual({ roleRemoved: 1 });
    expect(database.prepare('SELECT ended_at, end_not_before, end_change FROM role_assignment_seen').all()).toEqual([
      { ended_at: at(3), end_not_before: at(2), end_change: 'roleRemoved' },
    ]);
  });

  test.for(['partial', 'failed', 'denied'] as const)('does not end by a %s list', (status, { database }) => {
    read(database, 1, [own]);
    expect(read(database, 2, status).changes).toEqual({});
    expect(rows(database)).toEqual([['own', 1, 1, null, null, null]]);
  });

  test('is one change even if many subscriptions lack it', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    expect(read(database, 2, [], []).changes).toEqual({ roleRemoved: 1 });
    expect(rows(database).map(([, , , to]) => to)).toEqual([2, 2]);
    expect(rows(database).filter(([, , , , , end]) => end === 'roleRemoved')).toHaveLength(1);
  });

  test('waits for every subscription that showed it', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    expect(read(database, 2, [], 'failed').changes).toEqual({});
    expect(rows(database).map(([, , , to]) => to)).toEqual([null, null]);
    expect(database.prepare('SELECT missing_at FROM role_assignment_seen ORDER BY subscription').all()).toEqual([
      { missing_at: at(2) },
      { missing_at: null },
    ]);
    expect(read(database, 3, 'failed', []).changes).toEqual({ roleRemoved: 1 });
    expect(rows(database).map(([, , , to]) => to)).toEqual([3, 3]);
  });

  test('waits for a subscription that is lost', ({ database }) => {
    const lost = { subscriptionId: two, displayName: null, source: 'previousRun' as const, grantCommand: 'az …' };
    read(database, 1, [inherited], [inherited]);
    expect(read(database, 2, [], null, { blindSpots: [lost] }).changes).toEqual({ subscriptionLost: 1 });
    expect(rows(database).map(([, , , to]) => to)).toEqual([null, null]);
  });

  test('is no longer missing when it is seen again', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    read(database, 2, [], 'failed');
    expect(read(database, 3, [inherited], 'failed').changes).toEqual({});
    expect(read(database, 4, 'failed', []).changes).toEqual({});
    expect(rows(database).map(([, , , to]) => to)).toEqual([null, null]);
  });

  test('loses only its inheritance if another subscription still shows it', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    expect(read(database, 2, [inherited], []).changes).toEqual({ roleInheritanceLost: 1 });
    expect(rows(database)).toEqual([
      ['inherited', 1, 1, null, null, null],
      ['inherited', 2, 1, 2, null, 'roleInheritanceLost'],
    ]);
  });

  test('loses its inheritance when the other subscription is read again and shows it', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    read(database, 2, 'failed', []);
    expect(read(database, 3, [inherited], 'failed').changes).toEqual({});
    expect(read(database, 4, [inherited], []).changes).toEqual({ roleInheritanceLost: 1 });
  });

  test('loses its inheritance without a change if the principal is unknown', ({ database }) => {
    const other = { ...inherited, principalId: 'principal-of-nobody' };
    read(database, 1, [other], [other]);
    expect(read(database, 2, [other], []).changes).toEqual({});
    expect(rows(database).map(([, , , to]) => to)).toEqual([null, 2]);
  });

  test('is not removed if a subscription that showed it left the scope', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    expect(read(database, 2, [inherited], null, { outOfScope: [two] }).changes).toEqual({ outOfScope: 1 });
    expect(rows(database)[1]).toEqual(['inherited', 2, 1, 2, null, 'outOfScope']);
    expect(read(database, 3, []).changes).toEqual({ roleInheritanceLost: 1 });
  });

  test('does not change by a reading older than the stored one', ({ database }) => {
    read(database, 5, [own]);
    const old = { machines: [], roleAssignments: [], readAt: dayOf(4) };
    mergeRun(database, {
      day: 6,
      plan: { kinds: ['virtualMachines', 'roleAssignments'] },
      subscriptions: { [one]: old },
    });
    expect(rows(database)).toEqual([['own', 1, 1, null, null, null]]);
  });
});

describe('whole subscriptions', () => {
  test('that a person forgets end their assignments without a change', ({ database }) => {
    const lost = { subscriptionId: two, displayName: null, source: 'previousRun' as const, grantCommand: 'az …' };
    read(database, 1, [inherited], [inherited]);
    read(database, 2, [inherited], null, { blindSpots: [lost] });
    const thresholds = { idleDays: 30, sharedIdentityLimit: 10 };
    const run = forgetSubscription(database, {
      subscriptionId: two,
      reason: 'sold',
      runId: 'f',
      startedAt: dayOf(3),
      thresholds,
    });
    expect(run.changes).toEqual({ subscriptionForgotten: 1 });
    expect(rows(database)).toEqual([
      ['inherited', 1, 1, null, null, null],
      ['inherited', 2, 1, 3, null, 'subscriptionForgotten'],
    ]);
  });

  test('that are back show the known assignments: one change of the subscription', ({ database }) => {
    read(database, 1, [inherited], [inherited]);
    read(database, 2, [inherited], null, { outOfScope: [two] });
    expect(read(database, 3, [inherited], [inherited]).changes).toEqual({ subscriptionAppeared: 1 });
  });
});

describe('roles', () => {
  const definitions = (database: Database) => database.prepare('SELECT name, permissions FROM role_definition').all();
  const define = (database: Database, day: number, roleDefinitions: (typeof contributor)[]) =>
    mergeRun(database, {
      day,
      plan: { kinds: ['roleAssignments'] },
      subscriptions: { [one]: { roleAssignments: [own], roleDefinitions } },
    });

  test('are identified by the last segment of their ids, and have permissions', ({ database }) => {
    define(database, 1, [{ ...contributor, id: contributor.id.replace(`/subscriptions/${one}`, '').toUpperCase() }]);
    expect(definitions(database)).toEqual([
      { name: 'Contributor', permissions: JSON.stringify(contributor.permissions) },
    ]);
  });

  test('are unknown until they are read, and stay known after that', ({ database }) => {
    define(database, 1, []);
    expect(definitions(database)).toEqual([{ name: null, permissions: null }]);
    define(database, 2, [contributor]);
    define(database, 3, []);
    expect(definitions(database)).toEqual([
      { name: 'Contributor', permissions: JSON.stringify(contributor.permissions) },
    ]);
  });

  test('keep known data actions if a source that does not read them says the same otherwise', ({ database }) => {
    const own = { actions: ['*/read'], notActions: [], dataActions: ['data/*'], notDataActions: ['data/delete'] };
    const unread = { ...own, dataActions: null, notDataActions: null };
    const other = { ...unread, actions: ['*'] };
    const shown = (...permissions: (typeof contributor)['permissions']) => ({ ...contributor, permissions });
    const stored = () => JSON.parse(String(definitions(database)[0]?.permissions));
    define(database, 1, [shown(unread)]);
    expect(stored()).toEqual([unread]);
    define(database, 2, [shown(own)]);
    define(database, 3, [shown(unread, other)]);
    expect(stored()).toEqual([own, other]);
    define(database, 4, [shown(other)]);
    expect(stored()).toEqual([other]);
  });

  test('that are deleted keep the name that they had, whatever came first', ({ database }) => {
    const deleted = { ...contributor, roleName: deletedRoleName, permissions: [] };
    const kept = [{ name: 'Contributor', permissions: JSON.stringify(contributor.permissions) }];
    define(database, 1, [deleted]);
    expect(definitions(database)).toEqual([{ name: '(deleted role)', permissions: '[]' }]);
    define(database, 2, [deleted, contributor]);
    expect(definitions(database)).toEqual(kept);
    define(database, 3, [contributor, deleted]);
    expect(definitions(database)).toEqual(kept);
  });

  test('have one id, although each list names them in its own subscription, whatever the order of the lists', () => {
    const namedIn = (subscriptionId: string) => ({ id: contributor.id.replace(one, subscriptionId) });
    const reading = (subscriptionId: string) => ({
      roleAssignments: [{ ...inherited, roleDefinitionId: namedIn(subscriptionId).id }],
      roleDefinitions: subscriptionId === two ? [{ ...contributor, ...namedIn(guid(0)) }] : [],
    });
    const ids = [[one, two] as const, [two, one] as const].map((order) => {
      const other = openForWriting(':memory:');
      const subscriptions = Object.fromEntries(order.map((id) => [id, reading(id)]));
      mergeRun(other, { day: 1, plan: { kinds: ['roleAssignments'] }, subscriptions });
      const found = other.prepare('SELECT resource_id FROM role_definition').all();
      other.close();
      return found.map(({ resource_id }) => resource_id);
    });
    expect(ids).toEqual([[contributor.id], [contributor.id]]);
  });
});
