import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { type CoverageStatus, type Kind, kinds } from '../../../lib/inventory/coverage.ts';
import type { RoleAssignmentReading } from '../../../lib/inventory/roles/role.ts';
import type {
  FederatedCredential,
  UserAssignedIdentityReading,
} from '../../../lib/inventory/user-assigned-identity.ts';
import type { MachineReading } from '../../../lib/inventory/virtual-machine.ts';
import { caseCount } from '../../support/cases.ts';
import { inEmptyInventory } from '../../support/empty-inventory.ts';
import {
  federatedCredential,
  guid,
  having,
  machine,
  mergeRun,
  type RunReading,
  roleAssignment,
  type SubscriptionReading,
  userAssigned,
} from '../../support/readings.ts';

const numRuns = caseCount('PROPERTY_RUNS', { few: 10, many: 400 });

/**
 * A small Azure whose machines, identities, credentials and role assignments change between runs, and runs that see any part of
 * it: any scope, any coverage of each kind, short lists, failing follow-ups, settings that exclude subscriptions.
 */
const subscriptions = [guid(1), guid(2), guid(3)];
const identityNames = ['u', 'v'];
const roleNames = ['r', 's', 't'];

interface Identity {
  /** Re-creating the identity under its id raises the number. */
  readonly generation: number;
  readonly credentials: readonly FederatedCredential[];
}
interface Assignment {
  readonly reading: RoleAssignmentReading;
  /** Subscriptions whose lists show it. */
  readonly shownIn: readonly string[];
}
interface World {
  readonly machines: Map<string, MachineReading>;
  readonly identities: Map<string, Identity>;
  readonly assignments: Map<string, Assignment>;
}

const place = fc.record({ subscription: fc.constantFrom(...subscriptions), name: fc.constantFrom(...identityNames) });
const change = fc.oneof(
  fc.record({ do: fc.constant('makeIdentity' as const), at: place, generation: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('removeIdentity' as const), at: place }),
  fc.record({ do: fc.constant('trust' as const), at: place, subjects: fc.subarray(['one', 'two', 'three']) }),
  fc.record({
    do: fc.constant('attach' as const),
    type: fc.constantFrom<MachineReading['type']>(
      'Microsoft.Compute/virtualMachines',
      'Microsoft.HybridCompute/machines',
    ),
    to: fc.constantFrom(...subscriptions),
    at: fc.option(place),
  }),
  fc.record({ do: fc.constant('detach' as const), to: fc.constantFrom(...subscriptions) }),
  fc.record({
    do: fc.constant('assign' as const),
    name: fc.constantFrom(...roleNames),
    to: place,
    condition: fc.constantFrom(null, 'c'),
    shownIn: fc.subarray(subscriptions),
  }),
);
const status = fc.constantFrom<CoverageStatus>('complete', 'complete', 'complete', 'partial', 'failed', 'denied');
const sight = fc.record({
  seen: fc.constantFrom('read', 'read', 'read', 'read', 'lost', 'outside', 'outOfScope'),
  statuses: fc.record({
    virtualMachines: status,
    powerStates: status,
    scaleSets: status,
    arcMachines: status,
    identities: status,
    roleAssignments: status,
  }),
  /** Existing identities and machines that the lists leave out. */
  hidden: fc.subarray([...identityNames, 'host']),
  /** Assignments that an incomplete list leaves out. */
  hiddenRoles: fc.subarray(roleNames),
  followUps: fc.constantFrom('truth', 'truth', 'failing'),
});
const run = fc.record({ changes: fc.array(change, { maxLength: 5 }), sights: fc.tuple(sight, sight, sight) });
const history = fc.array(run, { minLength: 1, maxLength: 7 });
type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;
type Sight = typeof sight extends fc.Arbitrary<infer T> ? T : never;

const idOf = ({ subscription, name }: { subscription: string; name: string }): string =>
  userAssigned(name, { subscriptionId: subscription }).id;
const principalOf = (id: string, generation: number) => `p${generation}-${id.split('/')[2]?.slice(-1)}${id.slice(-1)}`;
const identityReading = (id: string, { generation }: Identity): UserAssignedIdentityReading => ({
  id,
  principalId: principalOf(id, generation),
  clientId: `c-${principalOf(id, generation)}`,
  tenantId: guid(9),
});

function apply({ machines, identities, assignments }: World, changes: Run['changes']): void {
  for (const step of changes) {
    if (step.do === 'makeIdentity') {
      const before = identities.get(idOf(step.at));
      // Principal ids are never reused: only a later generation may follow.
      if (before !== undefined && before.generation >= step.generation) continue;
      if ((made.get(identities) ?? new Map()).get(idOf(step.at)) >= step.generation) continue;
      made.set(identities, (made.get(identities) ?? new Map()).set(idOf(step.at), step.generation));
      identities.set(idOf(step.at), { generation: step.generation, credentials: [] });
    } else if (step.do === 'removeIdentity') {
      identities.delete(idOf(step.at));
    } else if (step.do === 'trust') {
      const found = identities.get(idOf(step.at));
      const credentials = step.subjects.map((subject) => federatedCredential(subject));
      if (found !== undefined) identities.set(idOf(step.at), { ...found, credentials });
    } else if (step.do === 'attach') {
      const found = step.at === null ? undefined : identities.get(idOf(step.at));
      const named = { subscriptionId: step.to, type: step.type, vmId: `${step.type}-${step.to}` };
      const identity =
        step.at === null || found === undefined
          ? machine('host').identity
          : having(identityReading(idOf(step.at), found));
      const host = machine('host', { ...named, identity });
      machines.set(host.id.toLowerCase(), host);
    } else if (step.do === 'detach') {
      for (const [key, { subscriptionId }] of machines) if (subscriptionId === step.to) machines.delete(key);
    } else {
      const id = idOf(step.to);
      const principal = principalOf(id, identities.get(id)?.generation ?? 1);
      const scope = '/providers/Microsoft.Management/managementGroups/mg';
      const reading = roleAssignment(step.name, principal, { scope, condition: step.condition });
      if (step.shownIn.length === 0) assignments.delete(step.name);
      else assignments.set(step.name, { reading, shownIn: step.shownIn });
    }
  }
}
const made = new WeakMap<object, Map<string, number>>();

const shows = (value: CoverageStatus): boolean => value === 'complete' || value === 'partial';

function readingOf(world: World, { sights }: Run, day: number): RunReading {
  const read: Record<string, SubscriptionReading> = {};
  const by = new Map(subscriptions.map((id, index) => [id, sights[index]] as const));
  const having = (wanted: Sight['seen']) => subscriptions.filter((id) => by.get(id)?.seen === wanted);
  for (const subscriptionId of having('read')) {
    const seen = by.get(subscriptionId);
    if (seen === undefined) continue;
    const { statuses, hidden, hiddenRoles } = seen;
    read[subscriptionId] = {
      machines: [...world.machines.values()].filter(
        (one) =>
          one.subscriptionId === subscriptionId &&
          !hidden.includes('host') &&
          shows(one.type === 'Microsoft.HybridCompute/machines' ? statuses.arcMachines : statuses.virtualMachines),
      ),
      identities: [...world.identities]
        .filter(([id]) => id.includes(subscriptionId) && shows(statuses.identities) && !hidden.includes(id.slice(-1)))
        .map(([id, identity]) => identityReading(id, identity)),
      // Role assignments are never read by id, so a complete list shows all of them.
      roleAssignments: [...world.assignments]
        .filter(([name, { shownIn }]) => {
          const left = statuses.roleAssignments === 'partial' && hiddenRoles.includes(name);
          return shownIn.includes(subscriptionId) && shows(statuses.roleAssignments) && !left;
        })
        .map(([, { reading }]) => reading),
      status: statuses.virtualMachines,
      statuses,
    };
  }
  const isFailing = (id: string): boolean => by.get(id.split('/')[2] ?? '')?.followUps === 'failing';
  const unverified = { outcome: 'unverified', reason: { code: 'E', message: 'e', hint: null } } as const;
  const answer = <Value>(id: string, value: Value | undefined) =>
    isFailing(id)
      ? unverified
      : value === undefined
        ? ({ outcome: 'absent' } as const)
        : ({ outcome: 'present', reading: value } as const);
  const identity = (id: string) => [...world.identities].find(([other]) => other.toLowerCase() === id.toLowerCase());
  const scope = subscriptions.filter((id) => by.get(id)?.seen !== 'outside');
  const blindSpots = having('lost').map((subscriptionId) => ({
    subscriptionId,
    displayName: null,
    source: 'previousRun' as const,
    grantCommand: '',
  }));
  return {
    day,
    subscriptions: read,
    plan: {
      kinds,
      scope: scope.length === subscriptions.length ? null : scope,
      blindSpots,
      outOfScope: having('outOfScope'),
    },
    verify: (id) => answer(id, world.machines.get(id.toLowerCase())),
    verifyIdentity: (id) => {
      const found = identity(id);
      return answer(id, found === undefined ? undefined : identityReading(...found));
    },
    federatedCredentials: (id) => answer(id, identity(id)?.[1].credentials),
  };
}

const tables = [
  'machine',
  'machine_version',
  'attachment',
  'unseen',
  'subscription',
  'blind_spot',
  'identity_presence',
  'identity_unseen',
  'federated_credential',
  'role_definition',
  'role_assignment',
  'role_assignment_seen',
];
const dump = (database: Database) => ({
  // Leaves out `federated_read_at`: it is no content.
  identity: database
    .prepare('SELECT id, kind, resource_id, principal_id, client_id, tenant, subscription FROM identity')
    .all(),
  ...Object.fromEntries(
    tables.map((table) => [table, database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all()]),
  ),
});
const emptyWorld = (): World => ({ machines: new Map(), identities: new Map(), assignments: new Map() });

/** Merges the runs one after the other while the world changes, and checks each. */
function follow(runs: readonly Run[], look: (database: Database, world: World, step: Run, seq: number) => void): void {
  inEmptyInventory((database) => {
    const world = emptyWorld();
    runs.forEach((step, index) => {
      apply(world, step.changes);
      mergeRun(database, readingOf(world, step, index + 1));
      look(database, world, step, index + 1);
      expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    });
  });
}

describe('any sequence of runs, with any scopes, any coverage and any answers', () => {
  test('never reports an existing identity as gone', () => {
    fc.assert(
      fc.property(history, (runs) =>
        follow(runs, (database, world, _step, seq) => {
          const gone = database
            .prepare(`SELECT i.resource_id, i.principal_id FROM identity_presence p JOIN identity i ON i.id = p.identity
              WHERE p.present = 0 AND p.valid_from = ?`)
            .all(seq);
          for (const { resource_id, principal_id } of gone) {
            const there = world.identities.get(String(resource_id));
            expect(there === undefined || principalOf(String(resource_id), there.generation) !== principal_id).toBe(
              true,
            );
          }
        }),
      ),
      { numRuns },
    );
  });

  test('never ends an existing machine, role assignment or federated credential', () => {
    fc.assert(
      fc.property(history, (runs) =>
        follow(runs, (database, world, _step, seq) => {
          const machines = database
            .prepare(`SELECT lower(i.resource_id) AS id FROM machine_version v JOIN machine_id i ON i.machine = v.machine
              WHERE v.valid_to = ? AND v.end_change = 'virtualMachineDeleted'`)
            .all(seq);
          for (const { id } of machines) expect(world.machines.has(String(id))).toBe(false);
          const roles = database
            .prepare(`SELECT r.resource_id, r.principal_id, r.condition, k.subscription_id, s.end_change
              FROM role_assignment_seen s JOIN role_assignment r ON r.id = s.assignment
              JOIN subscription_key k ON k.id = s.subscription
              WHERE s.valid_to = ? AND s.end_change IS NOT 'outOfScope'`)
            .all(seq);
          for (const row of roles) {
            const there = world.assignments.get(String(row.resource_id).slice(-1));
            const { principalId, condition } = there?.reading ?? {};
            const same = principalId === row.principal_id && condition === row.condition;
            // Removed: no subscription shows it. Otherwise: this subscription does not show it.
            const shown =
              row.end_change === 'roleRemoved' || there?.shownIn.includes(String(row.subscription_id)) === true;
            expect(same && shown, `${row.resource_id} ${row.end_change}`).toBe(false);
          }
          const credentials = database
            .prepare(`SELECT i.resource_id, i.principal_id, f.name FROM federated_credential f
              JOIN identity i ON i.id = f.identity WHERE f.valid_to = ? AND f.end_change = 'federatedCredentialRemoved'`)
            .all(seq);
          for (const { resource_id, principal_id, name } of credentials) {
            const there = world.identities.get(String(resource_id));
            const same = there !== undefined && principalOf(String(resource_id), there.generation) === principal_id;
            const names = same ? there.credentials.map((credential) => credential.name) : [];
            expect(names).not.toContain(name);
          }
        }),
      ),
      { numRuns },
    );
  });

  test('knows exactly what exists in every subscription that was read completely', () => {
    fc.assert(
      fc.property(history, (runs) =>
        follow(runs, (database, world, step) => {
          subscriptions.forEach((subscriptionId, index) => {
            const seen = step.sights[index];
            if (seen?.seen !== 'read' || seen.followUps === 'failing' || seen.hidden.length > 0) return;
            const whole = (kind: Kind) => seen.statuses[kind] === 'complete';
            const texts = (sql: string) =>
              database
                .prepare(sql)
                .all(subscriptionId)
                .map((row) => Object.values(row).join(' '))
                .sort();
            if (whole('identities')) {
              expect(
                texts(`SELECT i.principal_id FROM identity_presence p JOIN identity i ON i.id = p.identity
                  JOIN subscription_key k ON k.id = i.subscription
                  WHERE p.valid_to IS NULL AND p.present = 1 AND k.subscription_id = ?`),
              ).toEqual(
                [...world.identities]
                  .filter(([id]) => id.includes(subscriptionId))
                  .map(([id, { generation }]) => principalOf(id, generation))
                  .sort(),
              );
            }
            if (whole('roleAssignments')) {
              expect(
                texts(`SELECT r.resource_id, r.principal_id, r.condition FROM role_assignment_seen s
                  JOIN role_assignment r ON r.id = s.assignment JOIN subscription_key k ON k.id = s.subscription
                  WHERE s.valid_to IS NULL AND s.missing_at IS NULL AND k.subscription_id = ?`),
              ).toEqual(
                [...world.assignments.values()]
                  .filter(({ shownIn }) => shownIn.includes(subscriptionId))
                  .map(({ reading }) => [reading.id, reading.principalId, reading.condition].join(' '))
                  .sort(),
              );
            }
          });
        }),
      ),
      { numRuns },
    );
  });

  test('merging the same reading twice changes no row', () => {
    fc.assert(
      fc.property(history, (runs) =>
        inEmptyInventory((database) => {
          const world = emptyWorld();
          runs.forEach((step, index) => {
            apply(world, step.changes);
            mergeRun(database, readingOf(world, step, 2 * index + 1));
            const before = dump(database);
            const again = mergeRun(database, readingOf(world, step, 2 * index + 2));
            expect(again.changes).toEqual({});
            expect(dump(database)).toEqual(before);
          });
        }),
      ),
      { numRuns },
    );
  });

  test('records and counts one change for each row with a change', () => {
    fc.assert(
      fc.property(history, (runs) =>
        follow(runs, (database, _world, _step, seq) => {
          const one = (sql: string) => Number(database.prepare(sql).get({ seq })?.n);
          const stored: unknown = JSON.parse(
            String(database.prepare('SELECT changes FROM run WHERE seq = ?').get(seq)?.changes),
          );
          const expected = {
            roleAssigned: one(
              "SELECT count(*) AS n FROM role_assignment_seen WHERE valid_from = $seq AND begin_change = 'roleAssigned'",
            ),
            roleRemoved: one(
              "SELECT count(*) AS n FROM role_assignment_seen WHERE valid_to = $seq AND end_change = 'roleRemoved'",
            ),
            roleInheritanceLost: one(
              "SELECT count(*) AS n FROM role_assignment_seen WHERE valid_to = $seq AND end_change = 'roleInheritanceLost'",
            ),
            federatedCredentialAdded: one(
              "SELECT count(*) AS n FROM federated_credential WHERE valid_from = $seq AND begin_change = 'federatedCredentialAdded'",
            ),
            federatedCredentialRemoved: one(
              "SELECT count(*) AS n FROM federated_credential WHERE valid_to = $seq AND end_change = 'federatedCredentialRemoved'",
            ),
          };
          const counted = Object.fromEntries(Object.entries(expected).filter(([, count]) => count > 0));
          expect(stored).toMatchObject(counted);
          for (const kind of Object.keys(expected)) {
            if (!(kind in counted)) expect(stored).not.toHaveProperty(kind);
          }
        }),
      ),
      { numRuns },
    );
  });
});
