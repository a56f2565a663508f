import { expect, test } from 'vitest';
import { objectVariable, readTemplate } from './templates.ts';

/**
 * The longest name that Azure allows for each.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
const limits: Readonly<Record<string, { readonly most: number; readonly pattern: RegExp }>> = {
  actionGroup: { most: 260, pattern: /^[^:<>+/&%\\?|]+$/ },
  alert: { most: 260 - '-storage-changed'.length, pattern: /^[^#<>%&:\\?/{}*]+$/ },
  availabilityTest: { most: 260, pattern: /^[^#<>%&:\\?/{}*]+$/ },
  budget: { most: 63, pattern: /^[A-Za-z0-9_-]+$/ },
  component: { most: 255, pattern: /^[\w.()-]+$/ },
  functionApp: { most: 60, pattern: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/ },
  identity: { most: 128, pattern: /^[a-z0-9][\w-]*$/ },
  plan: { most: 60, pattern: /^[a-z0-9-]+$/ },
  privateEndpoint: { most: 64 - '-table'.length, pattern: /^[a-z0-9][\w.-]*\w$/ },
  storageAccount: { most: 24, pattern: /^[a-z0-9]{3,}$/ },
  virtualNetwork: { most: 64, pattern: /^[a-z0-9][\w.-]*\w$/ },
  workspace: { most: 63, pattern: /^[a-z0-9][a-z0-9-]{2,}[a-z0-9]$/ },
};

const main = await readTemplate('main.bicep');
const resourceGroup = await readTemplate('resource-group.bicep');
const names = objectVariable(resourceGroup, 'names');
const nameParameter = main.parameters.find(({ name }) => name === 'name');
const shortest = Number(nameParameter?.decorators.minLength);
/** Names contain no more of the parameter. */
const longest = Number(/^var prefix = take\(.*, (\d+)\)$/m.exec(resourceGroup.text)?.[1]);

test('every name has a known limit', () => {
  expect([...names.keys()].sort()).toEqual(Object.keys(limits).sort());
});

test.each([...names])('%s: the longest and the shortest prefix give a valid name', (name, expression) => {
  const limit = limits[name];
  const prefixes = [
    'a-'
      .repeat(longest)
      .slice(0, longest - 1)
      .concat('z'),
    'x'.repeat(longest),
    'y'.repeat(shortest),
  ];

  const made = prefixes.map((prefix) => evaluated(expression, prefix));

  for (const result of made) expect(result.length).toBeLessThanOrEqual(limit?.most ?? 0);
  for (const result of made) expect(result).toMatch(limit?.pattern ?? /$^/);
});

test('two prefixes with the same beginning get different accounts', () => {
  // The suffix hashes the resource group's name, which is unique in its subscription.
  expect(main.text).toContain('var suffix = uniqueString(subscription().id, resourceGroupName)');
  expect(main.text).toContain('nameSuffix: suffix');
  for (const name of ['storageAccount', 'functionApp']) expect(names.get(name)).toMatch(/\$\{nameSuffix\}'$/);
});

test('the name of the resource group has at most the length that Azure allows', () => {
  const parameter = main.parameters.find(({ name }) => name === 'resourceGroupName');

  expect(parameter?.decorators.maxLength).toBe('90');
  expect(parameter?.fallback).toBe(`'rg-\${name}'`);
  expect('rg-'.length + Number(nameParameter?.decorators.maxLength)).toBeLessThanOrEqual(90);
});

/**
 * An interpolated Bicep text with `prefix`, `nameSuffix` (13 characters, as uniqueString makes them), `take` and `replace`.
 */
function evaluated(expression: string, prefix: string): string {
  const suffix = 'abcdefgh23456';
  const whole = /^'(.*)'$/.exec(expression)?.[1];
  if (whole === undefined) throw new Error(`${expression} is no text`);
  const result = whole
    .replace(/\$\{take\(replace\(prefix, '-', ''\), 9\)\}/g, prefix.replaceAll('-', '').slice(0, 9))
    .replace(/\$\{prefix\}/g, prefix)
    .replace(/\$\{nameSuffix\}/g, suffix);
  if (result.includes('$')) throw new Error(`${expression} has a part that this test cannot evaluate`);
  return result;
}
