import { expect, test } from 'vitest';
import { machineAddress } from '../../web/views/machine/machine-address.ts';

const group = '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg';

test('a virtual machine is asked for by its id, with each part encoded', () => {
  expect(machineAddress(`${group}/providers/microsoft.compute/VirtualMachines/<img src=x>"=`)).toEqual({
    by: 'id',
    path: `${group.slice(1)}/providers/microsoft.compute/VirtualMachines/%3Cimg%20src%3Dx%3E%22%3D`,
  });
});

test.each(['Microsoft.Compute/virtualMachineScaleSets', 'Microsoft.HybridCompute/machines'])(
  '%s is found in a list',
  (type) => {
    expect(machineAddress(`${group}/providers/${type}/a`)).toMatchObject({
      by: 'list',
      query: { type: 'any', deleted: 'any', resourceGroup: 'rg', name: 'a' },
    });
  },
);

test.each([
  `${group}/providers/Microsoft.Compute/virtualMachines/a\\b`,
  `${group} x/providers/Microsoft.Compute/virtualMachines/a`,
])('%s is in lists, and the route does not take it', (id) => {
  expect(machineAddress(id)).toMatchObject({ by: 'list', query: { name: id.split('/').at(-1) } });
});

test.each([
  '',
  '/subscriptions/x',
  group,
  `${group}/providers/Microsoft.Storage/storageAccounts/a`,
  `${group}/providers/Microsoft.Compute/virtualMachines/a/extensions/b`,
  `${group}/providers/Microsoft.Compute/virtualMachines/..`,
  '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/../providers/Microsoft.Compute/virtualMachines/a',
])('%s is none of a machine', (id) => {
  expect(machineAddress(id)).toBeNull();
});
