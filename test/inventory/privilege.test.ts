import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allows, type Permission } from '../../lib/inventory/permissions.ts';
import { privilegeOf } from '../../lib/inventory/privilege.ts';
import { caseCount } from '../support/cases.ts';

const subscription = '/subscriptions/00000000-0000-4000-8000-000000000001';
const custom = '00000000-0000-4000-8000-00000000c0de';
const owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635';
const contributor = 'b24988ac-6180-42a0-ab88-20f7382dd24c';
const role = (actions: readonly string[], notActions: readonly string[] = []): Permission => ({ actions, notActions });
const rated = (...permissions: readonly Permission[]) => privilegeOf(custom, permissions, subscription);

describe('a role is rated by its effect: actions minus notActions', () => {
  test.each([
    [role(['*']), 'high'],
    [role(['*/*']), 'high'],
    [role(['*'], ['Microsoft.Billing/*', 'Microsoft.Compute/*/delete']), 'high'],
    [role(['Microsoft.Authorization/roleAssignments/*']), 'high'],
    [role(['microsoft.authorization/*/WRITE']), 'high'],
    [role(['*/write'], ['Microsoft.Compute/*']), 'high'],
    // Everything else stays: notActions that name some resources take little away.
    [role(['*'], ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write']), 'high'],
    [role(['*'], ['*/roleAssignments/*']), 'high'],
    [role(['*/write', '*/delete', '*/action'], ['Microsoft.Authorization/*']), 'high'],
    [role(['*/write', '*/delete'], ['Microsoft.Authorization/*']), 'medium'],
    // Any key, any command on any machine; anything deleted.
    [role(['*'], ['*/write', '*/delete']), 'medium'],
    [role(['*'], ['*/write', '*/action']), 'medium'],
    // What is left reads.
    [role(['*'], ['*/write', '*/delete', '*/action']), null],
    [role(['*'], ['*/Write', '*/Delete', '*/Action']), null],
    [role(['*'], ['*']), null],
    [role(['*'], ['Microsoft.*/write', 'Microsoft.*/delete', '*action']), null],
    [role(['*/read']), null],
    [role(['Microsoft.Compute/*']), null],
    [role(['Microsoft.Authorization/roleAssignments/write'], ['Microsoft.Authorization/*/write']), null],
    [role([]), null],
  ] as const)('%j is %s', (permission, privilege) => {
    expect(rated(permission)).toBe(privilege);
  });
});

test('what one entry of a role excludes, another can give', () => {
  const reads = role(['*'], ['*/write', '*/delete', '*/action']);
  expect(rated(reads, role(['*/roleAssignments/write']))).toBe('high');
  expect(rated(reads, role(['*/action']))).toBe('medium');
  expect(rated(reads, reads)).toBeNull();
});

test('a built-in role that was not read is known by its id', () => {
  expect(privilegeOf(owner.toUpperCase(), null, subscription)).toBe('high');
  expect(privilegeOf(contributor, null, subscription)).toBe('medium');
  expect(privilegeOf(custom, null, subscription)).toBeNull();
});

test('no role is rated below a subscription', () => {
  for (const scope of ['/', '/providers/Microsoft.Management/managementGroups/top', `${subscription}/`]) {
    expect(privilegeOf(custom, [role(['*'])], scope), scope).toBe('high');
  }
  expect(privilegeOf(custom, [role(['*'])], `${subscription}/resourceGroups/rg`)).toBeNull();
});

test('notActions never raise a rating, and whoever may assign roles is rated high', () => {
  const pattern = fc.constantFrom(
    ...['*', '*/read', '*/write', '*/delete', '*/action', '*/*', 'Microsoft.Compute/*', 'Microsoft.Authorization/*'],
    ...['Microsoft.Authorization/roleAssignments/write', '*/roleAssignments/*', 'Microsoft.*', '*/Write'],
  );
  const patterns = fc.array(pattern, { maxLength: 4 });
  const rank = { high: 2, medium: 1 };
  fc.assert(
    fc.property(patterns, patterns, (actions, notActions) => {
      const limited = rated(role(actions, notActions));
      const whole = rated(role(actions));
      expect(limited === null ? 0 : rank[limited]).toBeLessThanOrEqual(whole === null ? 0 : rank[whole]);
      const mayAssign = allows([role(actions, notActions)], 'Microsoft.Authorization/roleAssignments/write');
      if (mayAssign) expect(limited).toBe('high');
      if (notActions.includes('*')) expect(limited).toBeNull();
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 500, many: 20000 }) },
  );
});
