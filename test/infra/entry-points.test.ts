import { expect, test } from 'vitest';
import { readTemplate } from './templates.ts';

const main = await readTemplate('main.bicep');
const resourceGroup = await readTemplate('resource-group.bicep');

/** What needs rights on the subscription, or differs with the scope. */
const ofMainOnly = ['resourceGroupName', 'assignReader', 'additionalSubscriptionIds'];
const ofResourceGroupOnly = ['nameSuffix'];
const differing = ['location', 'tags'];

test('both entry points have the same parameters, with the same defaults and limits', () => {
  const shared = main.parameters.filter(({ name }) => !ofMainOnly.includes(name));
  const others = resourceGroup.parameters.filter(({ name }) => !ofResourceGroupOnly.includes(name));

  expect(shared.length).toBeGreaterThan(30);
  expect(others.map(({ name }) => name)).toEqual(shared.map(({ name }) => name));
  for (const [index, other] of others.entries()) {
    const { decorators, fallback, ...one } = shared[index] ?? { decorators: {}, fallback: null };
    const { decorators: otherDecorators, fallback: otherFallback, ...another } = other;
    expect(another).toEqual(one);
    if (differing.includes(other.name)) continue;
    expect({ ...otherDecorators, fallback: otherFallback }, other.name).toEqual({ ...decorators, fallback });
  }
});

test('main.bicep passes each parameter on, and each output', () => {
  const passed = /^module app [\s\S]*?\n\}\n/m.exec(main.text)?.[0] ?? '';

  const lacking = resourceGroup.parameters.filter(
    ({ name }) => !passed.includes(`    ${name}: ${name === 'nameSuffix' ? 'suffix' : name}\n`),
  );
  const outputs = resourceGroup.outputs.filter(
    ({ name }) => !main.outputs.some((output) => output.name === name && output.value === `app.outputs.${name}`),
  );

  expect({ lacking, outputs }).toEqual({ lacking: [], outputs: [] });
});

test('the entry point for a resource group assigns nothing outside the group', () => {
  expect(resourceGroup.text).not.toContain('targetScope');
  expect(resourceGroup.text).not.toMatch(/\bscope: /);
  expect(resourceGroup.text).not.toContain('roles.reader');
});
