import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openForWriting } from '../../../lib/database/database.ts';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { iterateFindings } from '../../../lib/database/queries/findings.ts';
import { type AcceptedFinding, findingRules } from '../../../lib/inventory/finding.ts';
import type { FindingFilter } from '../../../lib/inventory/query.ts';
import type { RoleAssignmentReading, RoleDefinitionReading } from '../../../lib/inventory/roles/role.ts';
import {
  contributor,
  guid,
  having,
  machine,
  mergeRun,
  type RunReading,
  roleAssignment,
  type SubscriptionReading,
  userAssigned,
} from '../../support/readings.ts';

const [one, two] = [guid(1), guid(2)];
const at = (id: string) => `/subscriptions/${id}`;
const kinds = ['virtualMachines', 'powerStates', 'scaleSets', 'arcMachines', 'identities', 'roleAssignments'] as const;

const owner = role('8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', ['*']);
const reader = role('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', ['*/read']);

function role(id: string, roleName: string, actions: readonly string[], notActions: readonly string[] = []) {
  const definition: RoleDefinitionReading = {
    id: `${at(one)}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    roleName,
    permissions: [{ actions, notActions, dataActions: [], notDataActions: [] }],
  };
  return definition;
}

/** A role of a machine's system-assigned identity, or of a user-assigned one. */
function assign(
  who: string,
  what: RoleDefinitionReading,
  scope = at(one),
  name = `${who} ${what.roleName}`,
): RoleAssignmentReading {
  return roleAssignment(name, `principal-of-${who}`, { scope, roleDefinitionId: what.id });
}

let database: Database;
let day: number;
beforeEach(() => {
  database = openForWriting(':memory:');
  day = 0;
});
afterEach(() => database.close());

/** The next day's run. */
function run(subscriptions: Readonly<Record<string, SubscriptionReading>>, more: Partial<RunReading> = {}): void {
  day = more.day ?? day + 1;
  const all = Object.entries(subscriptions).map(([id, reading]) => [
    id,
    { roleDefinitions: [owner, reader, contributor], ...reading },
  ]);
  mergeRun(database, { ...more, day, plan: { kinds, ...more.plan }, subscriptions: Object.fromEntries(all) });
}

function found(filter: FindingFilter = {}, findings: readonly AcceptedFinding[] = [], now = Date.UTC(2026, 11, 1)) {
  return [...iterateFindings(database, resolveAsOf(database, null), filter, { findings, now })];
}

describe('privilegedIdentity', () => {
  const fires: readonly [string, RoleDefinitionReading, string, 'high' | 'medium'][] = [
    ['Owner of a subscription', owner, at(one), 'high'],
    ['Owner of a management group', owner, '/providers/Microsoft.Management/managementGroups/root', 'high'],
    ['Owner of everything', owner, '/', 'high'],
    ['User Access Administrator', role('18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'UAA', ['*/read']), at(one), 'high'],
    ['RBAC Administrator', role('f58310d9-a9f6-439a-9e8d-f62e7b41a168', 'RBAC', ['*/read']), at(one), 'high'],
    ['a role of its own with *', role(guid(50), 'All', ['*'], ['Microsoft.Authorization/*/Write']), at(one), 'high'],
    ['a role that may assign roles', role(guid(51), 'Giver', ['Microsoft.Authorization/*']), at(one), 'high'],
    ['Contributor of a subscription', contributor, at(one), 'medium'],
  ];
  test.each(fires)('%s is a finding', (_what, held, scope, severity) => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [assign('a', held, scope)], roleDefinitions: [held] } });

    expect(found({ rule: 'privilegedIdentity' })).toEqual([
      expect.objectContaining({ severity, resourceId: machine('a').id, principalId: 'principal-of-a', stale: false }),
    ]);
  });

  const onData = (name: number, dataActions: readonly string[], notDataActions: readonly string[] = []) => {
    const plain = role(guid(name), `Data ${name}`, []);
    return { ...plain, permissions: [{ actions: [], notActions: [], dataActions, notDataActions }] };
  };
  test.each([
    ['data actions only', onData(60, ['Microsoft.KeyVault/vaults/secrets/*']), 'medium', '(data plane)'],
    ['actions only', contributor, 'medium', '(control plane)'],
    [
      'both',
      {
        ...owner,
        id: onData(61, []).id,
        permissions: [{ actions: ['*'], notActions: [], dataActions: ['*'], notDataActions: [] }],
      },
      'high',
      '(control plane and data plane)',
    ],
    [
      'data actions that were not read',
      {
        ...owner,
        id: onData(62, []).id,
        permissions: [{ actions: ['*'], notActions: [], dataActions: null, notDataActions: null }],
      },
      'high',
      '(control plane; its data actions were not read)',
    ],
  ] as const)('names the plane of a role with %s', (_what, held, severity, plane) => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [assign('a', held)], roleDefinitions: [held] } });

    expect(found({ rule: 'privilegedIdentity' })).toMatchObject([
      { severity, message: `The identity on a holds ${held.roleName} at ${at(one)} ${plane}` },
    ]);
  });

  test('a role with data actions on a resource group, or without those that count, is no finding', () => {
    const reads = onData(63, ['Microsoft.KeyVault/vaults/*'], ['Microsoft.KeyVault/vaults/secrets/*', '*/keys/*']);
    const all = onData(64, ['*']);
    run({
      [one]: {
        machines: [machine('a')],
        roleAssignments: [assign('a', reads), assign('a', all, `${at(one)}/resourceGroups/rg`)],
        roleDefinitions: [reads, all],
      },
    });

    expect(found()).toEqual([]);
  });

  test('a condition is said in each rule that names a role', () => {
    const condition = "@Resource[x] StringEquals 'y'\u001b[31m";
    run({
      [one]: { machines: [machine('a')], roleAssignments: [{ ...assign('a', owner), condition }] },
      [two]: { roleAssignments: [{ ...assign('a', reader, at(two), 'abroad'), condition }] },
    });

    const messages = found().map(({ rule, message }) => [
      rule,
      message.includes(' with a condition'),
      message.includes('@Resource'),
    ]);
    expect(messages).toEqual([
      ['privilegedIdentity', true, false],
      ['crossSubscriptionAccess', true, false],
    ]);
  });

  const spares: readonly [string, RoleDefinitionReading, string][] = [
    ['Owner of a resource group', owner, `${at(one)}/resourceGroups/rg`],
    ['Contributor of a resource group', contributor, `${at(one)}/resourceGroups/rg`],
    ['Reader of everything', reader, '/'],
    ['a role that may read role assignments', role(guid(52), 'Auditor', ['Microsoft.Authorization/*/read']), '/'],
    [
      'a role whose right to assign is taken away',
      role(guid(53), 'Net', ['Microsoft.Authorization/*', 'x/*'], ['Microsoft.Authorization/roleAssignments/write']),
      '/',
    ],
  ];
  test.each(spares)('%s is no finding', (_what, held, scope) => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [assign('a', held, scope)], roleDefinitions: [held] } });

    expect(found({ rule: 'privilegedIdentity' })).toEqual([]);
  });

  test('a built-in role is recognized by its id even if the role itself could not be read', () => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [assign('a', owner)], roleDefinitions: [] } });

    expect(found({ rule: 'privilegedIdentity' })).toMatchObject([{ severity: 'high' }]);
  });

  test('several roles are one finding with the worst severity', () => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [assign('a', contributor), assign('a', owner)] } });

    expect(found()).toMatchObject([{ rule: 'privilegedIdentity', severity: 'high' }]);
  });

  test('a user-assigned identity is its own resource, on a machine or on none', () => {
    const [used, unused] = [userAssigned('used'), userAssigned('unused')];

    run({
      [one]: {
        machines: [machine('a', { identity: having(used) })],
        identities: [used, unused],
        roleAssignments: [assign('used', owner), assign('unused', owner)],
      },
    });

    expect(found().map(({ resourceId }) => resourceId)).toEqual([unused.id, used.id]);
  });

  test('a principal that the inventory does not know is no finding', () => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [assign('somebody else', owner)] } });

    expect(found()).toEqual([]);
  });

  test('a finding ends when the role is removed, and keeps its firstSeen until then', () => {
    const role = [assign('a', owner)];
    run({ [one]: { machines: [machine('a')], roleAssignments: role } });
    const [first] = found();
    run({ [one]: { machines: [machine('a')], roleAssignments: role } });
    expect(found()).toEqual([first]);

    run({ [one]: { machines: [machine('a')], roleAssignments: [] } });

    expect(found()).toEqual([]);
  });
});

describe('idlePrivilegedIdentity', () => {
  const a = machine('a');
  const state = (powerState: string): SubscriptionReading => ({
    machines: [a],
    powerStates: { [a.id]: powerState },
    roleAssignments: [assign('a', owner)],
  });
  const idle = { idleDays: 10 };

  test('a machine deallocated for idleDays is a finding', () => {
    run({ [one]: state('PowerState/deallocated') }, { day: 1, ...idle });

    run({ [one]: state('PowerState/deallocated') }, { day: 11, ...idle });

    expect(found({ rule: 'idlePrivilegedIdentity' })).toMatchObject([
      { severity: 'high', resourceId: a.id, principalId: 'principal-of-a', stale: false },
    ]);
  });

  test.each([
    ['deallocated a day less', ['PowerState/deallocated'], 10],
    ['only stopped', ['PowerState/stopped'], 11],
    ['running in between', ['PowerState/running'], 11],
  ])('a machine that was %s is no finding', (_what, [before = ''], day) => {
    run({ [one]: state(before) }, { day: 1, ...idle });
    run({ [one]: state(before === 'PowerState/running' ? 'PowerState/deallocated' : before) }, { day, ...idle });

    expect(found({ rule: 'idlePrivilegedIdentity' })).toEqual([]);
  });

  test('a machine without privileged roles is no finding', () => {
    const reading = { ...state('PowerState/deallocated'), roleAssignments: [assign('a', reader)] };
    run({ [one]: reading }, { day: 1, ...idle });
    run({ [one]: reading }, { day: 20, ...idle });

    expect(found()).toEqual([]);
  });

  test('an identity that is also on a running machine is no finding', () => {
    const shared = userAssigned('shared');
    const [x, y] = [machine('x', { identity: having(shared) }), machine('y', { identity: having(shared) })];
    const reading: SubscriptionReading = {
      machines: [x, y],
      powerStates: { [x.id]: 'PowerState/deallocated', [y.id]: 'PowerState/running' },
      identities: [shared],
      roleAssignments: [assign('shared', owner)],
    };
    run({ [one]: reading }, { day: 1, ...idle });
    run({ [one]: reading }, { day: 20, ...idle });

    expect(found({ rule: 'idlePrivilegedIdentity' })).toEqual([]);
  });

  test('a finding continues as stale while power states cannot be read', () => {
    run({ [one]: state('PowerState/deallocated') }, { day: 1, ...idle });
    run({ [one]: state('PowerState/deallocated') }, { day: 12, ...idle });

    run({ [one]: { ...state(''), powerStates: {}, powerStatus: 'failed' } }, { day: 13, ...idle });

    expect(found({ rule: 'idlePrivilegedIdentity' })).toMatchObject([{ stale: true }]);
  });
});

describe('sharedIdentity', () => {
  const shared = userAssigned('shared');
  const on = (...names: string[]) => names.map((name) => machine(name, { identity: having(shared) }));

  test('an identity on more machines than the limit is a finding with its blast radius', () => {
    run(
      {
        [one]: {
          machines: on('a', 'b', 'c'),
          identities: [shared],
          roleAssignments: [assign('shared', reader), assign('shared', reader, `${at(one)}/resourceGroups/rg`)],
        },
      },
      { sharedIdentityLimit: 2 },
    );

    expect(found()).toMatchObject([
      { rule: 'sharedIdentity', severity: 'medium', resourceId: shared.id, principalId: shared.principalId },
    ]);
    expect(found()[0]?.message).toContain('3 machines × 2 scopes');
  });

  test('an identity on as many machines as the limit is no finding', () => {
    run({ [one]: { machines: on('a', 'b'), identities: [shared] } }, { sharedIdentityLimit: 2 });

    expect(found()).toEqual([]);
  });

  test('an identity on machines of two subscriptions is a finding', () => {
    run({
      [one]: { machines: on('a'), identities: [shared] },
      [two]: { machines: [machine('b', { subscriptionId: two, identity: having(shared) })] },
    });

    expect(found()).toMatchObject([{ rule: 'sharedIdentity' }]);
  });
});

describe('danglingIdentity', () => {
  const lost = userAssigned('lost');
  const machines = [machine('a', { identity: having(lost) })];

  test('an identity on a machine is a finding if a complete list lacks it and a read by id answers 404', () => {
    run({ [one]: { machines, identities: [] } });

    expect(found()).toMatchObject([
      { rule: 'danglingIdentity', severity: 'medium', resourceId: machines[0]?.id, principalId: lost.principalId },
    ]);
    expect(found()[0]?.remediation).toContain(`--identities '${lost.id}'`);
  });

  test.each([
    ['is listed', { identities: [lost] }, {}],
    ['has a subscription whose listing failed', { statuses: { identities: 'failed' as const } }, {}],
    [
      'answers when it is read by its id',
      {},
      { verifyIdentity: () => ({ outcome: 'present' as const, reading: lost }) },
    ],
  ])('an identity that %s is no finding', (_what, reading, more) => {
    run({ [one]: { machines, ...reading } }, more);

    expect(found()).toEqual([]);
  });
});

describe('orphanedRoleAssignment', () => {
  const held = assign('a', reader);

  test('a role of a deleted machine is a finding', () => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [held] } });
    expect(found()).toEqual([]);

    run({ [one]: { machines: [], roleAssignments: [held] } });

    expect(found()).toMatchObject([
      { rule: 'orphanedRoleAssignment', severity: 'medium', resourceId: held.id, principalId: 'principal-of-a' },
    ]);
    expect(found()[0]?.remediation).toBe(`az role assignment delete --ids '${held.id}'`);
  });

  test('a role of a deleted identity that a machine still names is a finding, but grants no access', () => {
    const deleted = userAssigned('a');
    const machines = [machine('b', { identity: having(deleted) })];
    const owns = assign('a', owner, at(two));
    run({ [one]: { machines, identities: [deleted] }, [two]: { roleAssignments: [owns] } });
    expect(found().map(({ rule }) => rule)).toEqual(['privilegedIdentity', 'crossSubscriptionAccess']);

    run({ [one]: { machines, identities: [] }, [two]: { roleAssignments: [owns] } });

    expect(found()).toMatchObject([
      { rule: 'danglingIdentity', resourceId: machines[0]?.id },
      { rule: 'orphanedRoleAssignment', resourceId: owns.id, principalId: deleted.principalId },
    ]);
  });

  test('a role of a deleted user-assigned identity is a finding', () => {
    const deleted = userAssigned('a');
    run({ [one]: { identities: [deleted], roleAssignments: [held] } });

    run({ [one]: { identities: [], roleAssignments: [held] } });

    expect(found()).toMatchObject([{ rule: 'orphanedRoleAssignment' }]);
  });

  test('a role of a principal that the inventory never knew is no finding', () => {
    run({ [one]: { roleAssignments: [assign('x', reader)] } });
    run({ [one]: { roleAssignments: [assign('x', reader)] } });

    expect(found()).toEqual([]);
  });

  test('a role of a machine in an unread subscription is no finding', () => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [held] } });

    run({ [one]: { machines: [], status: 'failed', roleAssignments: [held] } });

    expect(found()).toEqual([]);
  });

  test('a finding continues as stale while role assignments cannot be read, then is fresh again with its firstSeen', () => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [held] } });
    run({ [one]: { machines: [], roleAssignments: [held] } });
    const [first] = found();

    run({ [one]: { machines: [], statuses: { roleAssignments: 'denied' } } });

    expect(found()).toEqual([{ ...first, stale: true }]);
    run({ [one]: { machines: [], roleAssignments: [held] } });
    expect(found()).toEqual([first]);
  });
});

describe('crossSubscriptionAccess', () => {
  test('a role in another subscription than the machine is a finding', () => {
    const across = assign('a', reader, `${at(two)}/resourceGroups/hub`);

    run({ [one]: { machines: [machine('a')] }, [two]: { roleAssignments: [across] } });

    expect(found()).toMatchObject([
      { rule: 'crossSubscriptionAccess', severity: 'low', resourceId: across.id, principalId: 'principal-of-a' },
    ]);
  });

  test.each([
    ['in its own subscription', `${at(one)}/resourceGroups/hub`],
    ['in its own subscription, in other casing', at(one).toUpperCase()],
    ['above subscriptions', '/providers/Microsoft.Management/managementGroups/root'],
  ])('a role %s is no finding', (_what, scope) => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [assign('a', reader, scope)] }, [two]: {} });

    expect(found()).toEqual([]);
  });
});

describe('recreatedPrincipalKeepsRoles', () => {
  const held = assign('a', reader);
  const reborn = machine('a', {
    identity: {
      type: 'SystemAssigned',
      principalId: 'principal-of-a-2',
      tenantId: guid(9),
      userAssignedIdentities: {},
    },
  });

  test('a machine whose former principal id has roles is a finding, and the old role is orphaned', () => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [held] } });

    run({ [one]: { machines: [reborn], roleAssignments: [held] } });

    expect(found()).toMatchObject([
      { rule: 'recreatedPrincipalKeepsRoles', severity: 'high', resourceId: reborn.id, principalId: 'principal-of-a' },
      { rule: 'orphanedRoleAssignment', resourceId: held.id },
    ]);
    expect(found()[0]?.message).toContain('principal-of-a-2');
  });

  test('a machine that was re-created is a finding', () => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [held] } });

    run({ [one]: { machines: [{ ...reborn, vmId: 'another' }], roleAssignments: [held] } });

    expect(found({ rule: 'recreatedPrincipalKeepsRoles' })).toHaveLength(1);
  });

  test('a user-assigned identity that was re-created under its id is a finding', () => {
    run({ [one]: { identities: [userAssigned('a')], roleAssignments: [held] } });

    run({ [one]: { identities: [userAssigned('a', { principalId: 'principal-2' })], roleAssignments: [held] } });

    expect(found({ rule: 'recreatedPrincipalKeepsRoles' })).toMatchObject([
      { resourceId: userAssigned('a').id, principalId: 'principal-of-a' },
    ]);
  });

  test('a re-created identity that only its machine shows is a finding', () => {
    const elsewhere = userAssigned('a', { subscriptionId: two });
    const anew = userAssigned('a', { subscriptionId: two, principalId: 'principal-2' });
    run({ [one]: { machines: [machine('m', { identity: having(elsewhere) })], roleAssignments: [held] } });

    run({ [one]: { machines: [machine('m', { identity: having(anew) })], roleAssignments: [held] } });

    expect(found()).toMatchObject([
      { rule: 'recreatedPrincipalKeepsRoles', resourceId: anew.id, principalId: 'principal-of-a' },
    ]);
  });

  test.each([
    ['whose old principal has no role left', [reborn], []],
    ['that is gone altogether', [], [held]],
    ['that kept its principal', [machine('a', { vmId: 'another' })], [held]],
  ])('an identity %s is no finding', (_what, machines, roleAssignments) => {
    run({ [one]: { machines: [machine('a')], roleAssignments: [held] } });

    run({ [one]: { machines, roleAssignments } });

    expect(found({ rule: 'recreatedPrincipalKeepsRoles' })).toEqual([]);
  });
});

describe('the list', () => {
  const accepted = (more: Partial<AcceptedFinding>): AcceptedFinding => ({
    rule: 'privilegedIdentity',
    principalId: null,
    resourceId: null,
    reason: 'known',
    expires: '2027-01-01',
    ...more,
  });
  beforeEach(() => {
    run({
      [one]: {
        machines: [machine('a'), machine('b')],
        roleAssignments: [assign('a', owner), assign('b', contributor)],
      },
    });
  });

  test('shows the worst first, and takes filters', () => {
    expect(found().map(({ severity }) => severity)).toEqual(['high', 'medium']);
    expect(found({ severity: 'medium' })).toMatchObject([{ principalId: 'principal-of-b' }]);
    expect(found({ principalId: 'PRINCIPAL-OF-A' })).toHaveLength(1);
    expect(found({ subscriptionId: two })).toEqual([]);
    for (const rule of findingRules) expect(found({ rule })).toHaveLength(rule === 'privilegedIdentity' ? 2 : 0);
  });

  test('leaves out accepted findings, by principal or by resource, until their date', () => {
    const left = (finding: AcceptedFinding, now?: number) => found({}, [finding], now).map(({ severity }) => severity);

    expect(left(accepted({ principalId: 'PRINCIPAL-OF-A' }))).toEqual(['medium']);
    expect(left(accepted({ resourceId: machine('b').id.toUpperCase() }))).toEqual(['high']);
    expect(left(accepted({ principalId: 'principal-of-a', resourceId: machine('b').id }))).toEqual(['high', 'medium']);
    expect(left(accepted({ principalId: 'principal-of-a', rule: 'sharedIdentity' }))).toEqual(['high', 'medium']);
    expect(left(accepted({ principalId: 'principal-of-a' }), Date.UTC(2027, 0, 1))).toEqual(['high', 'medium']);
  });

  test('is available as of an earlier run', () => {
    const before = resolveAsOf(database, null);
    run({ [one]: { machines: [machine('a'), machine('b')], roleAssignments: [] } });

    const then = [...iterateFindings(database, before, {}, { findings: [], now: 0 })];

    expect(then).toHaveLength(2);
  });

  test('shows findings of a lost subscription as stale, and ends none', () => {
    const grantCommand = 'az …';

    run(
      {},
      { plan: { blindSpots: [{ subscriptionId: one, displayName: null, source: 'previousRun', grantCommand }] } },
    );

    expect(found()).toMatchObject([{ stale: true }, { stale: true }]);
  });
});
