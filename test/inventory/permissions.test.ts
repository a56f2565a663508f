import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allows } from '../../lib/inventory/roles/permissions.ts';
import { caseCount } from '../support/cases.ts';

const read = 'Microsoft.Compute/virtualMachines/read';

test.each([
  [['*'], true],
  [['*/read'], true],
  [['Microsoft.Compute/*/read'], true],
  [['Microsoft.Compute/virtualMachines/*'], true],
  [['microsoft.compute/VIRTUALMACHINES/read'], true],
  [['*virtualMachines*'], true],
  [['Microsoft.Compute/*/virtualMachines/read'], false],
  [['Microsoft.Compute/virtualMachines'], false],
  [['*/write'], false],
  [['Microsoft.Compute/virtualMachines/read*read'], false],
  [[''], false],
  [[], false],
])('actions %j allow reading machines: %s', (actions, expected) => {
  expect(allows([{ actions, notActions: [] }], read)).toBe(expected);
});

test('an action in notActions is not allowed', () => {
  expect(allows([{ actions: ['*'], notActions: ['Microsoft.Compute/*'] }], read)).toBe(false);
});

test('another role may allow what one role excludes', () => {
  const permissions = [
    { actions: ['*'], notActions: ['Microsoft.Compute/*'] },
    { actions: ['*/read'], notActions: [] },
  ];
  expect(allows(permissions, read)).toBe(true);
});

test('no permissions allow nothing', () => {
  expect(allows([], read)).toBe(false);
});

test('a pattern matches exactly what the same pattern as a regular expression matches', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*'), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 10 });
  fc.assert(
    fc.property(letters, text, (pattern, action) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(action);
      expect(allows([{ actions: [pattern], notActions: [] }], action)).toBe(expected);
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 5000, many: 50000 }) },
  );
});
