import { expect, test } from 'vitest';
import { getArcMachine, listArcMachines } from '../../../../lib/azure/resource-manager/resources/arc-machines.ts';
import { getScaleSet, listScaleSets } from '../../../../lib/azure/resource-manager/resources/scale-sets.ts';
import { payloadItems } from '../../../support/payloads.ts';
import { drain, json, newContext, serving, startArmServer } from '../fixtures/arm-server.ts';

const subscriptionId = 'ea42f556-5106-4743-99b0-c129bfa71a47';
const setId = (name: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/${name}`;
const arcId = (name: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/${name}`;

test('a recorded scale set is one machine with its number of instances', async () => {
  await using azure = await serving({ value: payloadItems('real-vmss-list') });

  const { items } = await drain(listScaleSets(azure.arm, subscriptionId, newContext()));

  expect(items).toEqual([
    {
      id: `/subscriptions/${subscriptionId}/resourceGroups/TEST_VMSS/providers/Microsoft.Compute/virtualMachineScaleSets/cctestvmss`,
      name: 'cctestvmss',
      type: 'Microsoft.Compute/virtualMachineScaleSets',
      subscriptionId,
      resourceGroup: 'TEST_VMSS',
      location: 'eastus',
      zones: [],
      vmId: '3ad96140-9304-4647-99a3-5a2d53c8badd',
      vmSize: 'Standard_DS1_v2',
      osType: null,
      priority: 'Regular',
      provisioningState: 'Succeeded',
      timeCreated: null,
      tags: {},
      scaleSetId: null,
      instanceCount: 2,
      identity: { type: 'None', principalId: null, tenantId: null, userAssignedIdentities: {} },
    },
  ]);
  expect(azure.requests[0]?.url.href).toContain(
    `/subscriptions/${subscriptionId}/providers/Microsoft.Compute/virtualMachineScaleSets?api-version=2026-04-01`,
  );
});

test('a scale set has identity, zones, priority and system of its instances', async () => {
  const item = {
    id: setId('set-1'),
    zones: ['1', '2'],
    sku: { name: 'Standard_D2s_v5', capacity: 0 },
    identity: { type: 'systemAssigned', principalId: 'p-1', tenantId: 't-1' },
    properties: {
      orchestrationMode: 'uniform',
      timeCreated: '2025-03-04T05:06:07.1234567+00:00',
      virtualMachineProfile: { priority: 'Spot', storageProfile: { osDisk: { osType: 'Windows' } } },
    },
  };
  await using azure = await serving({ value: [item] });

  const { items } = await drain(listScaleSets(azure.arm, subscriptionId, newContext()));

  expect(items).toMatchObject([
    {
      instanceCount: 0,
      zones: ['1', '2'],
      priority: 'Spot',
      osType: 'Windows',
      timeCreated: '2025-03-04T05:06:07.123Z',
    },
  ]);
  expect(items[0]?.identity).toMatchObject({ type: 'SystemAssigned', principalId: 'p-1' });
});

test('Flexible scale sets are left out, because their members are machines themselves', async () => {
  await using azure = await serving({
    value: [
      { id: setId('flexible'), properties: { orchestrationMode: 'Flexible' } },
      { id: setId('uniform'), properties: { orchestrationMode: 'Uniform' } },
      { id: setId('older'), properties: null, sku: null, identity: null },
    ],
  });

  const { items } = await drain(listScaleSets(azure.arm, subscriptionId, newContext()));

  expect(items.map(({ name, instanceCount }) => [name, instanceCount])).toEqual([
    ['uniform', null],
    ['older', null],
  ]);
});

test('a scale set by its id is the same machine; a Flexible one is not found', async () => {
  await using server = await startArmServer((response, { url }) =>
    json(response, {
      id: setId('set-1'),
      sku: { capacity: 7 },
      properties: { orchestrationMode: url.pathname.endsWith('flexible') ? 'Flexible' : 'Uniform' },
    }),
  );

  const uniform = await getScaleSet(server.arm, setId('set-1'), newContext());
  const flexible = getScaleSet(server.arm, setId('flexible'), newContext());

  expect(uniform).toMatchObject({ name: 'set-1', instanceCount: 7 });
  await expect(flexible).rejects.toMatchObject({ name: 'NotFoundError' });
});

test('Arc machines as the specification shows them', async () => {
  await using azure = await serving({ value: payloadItems('hybridcompute-machines-list') });

  const { items } = await drain(listArcMachines(azure.arm, subscriptionId, newContext()));

  expect(items).toHaveLength(2);
  expect(items[1]).toEqual({
    id: '/subscriptions/{subscriptionId}/resourceGroups/myResourceGroup2/providers/Microsoft.HybridCompute/machines/myMachine2',
    name: 'myMachine2',
    type: 'Microsoft.HybridCompute/machines',
    subscriptionId: '{subscriptionid}',
    resourceGroup: 'myResourceGroup2',
    location: 'westus2',
    zones: [],
    vmId: 'a4a098cc-b0b8-46e8-a205-62f301a62a8f',
    vmSize: null,
    osType: null,
    priority: 'Regular',
    provisioningState: 'Succeeded',
    timeCreated: null,
    tags: {},
    scaleSetId: null,
    instanceCount: null,
    identity: {
      type: 'SystemAssigned',
      principalId: 'e7a068cc-b0b8-46e8-a203-22f301a62a8f',
      tenantId: 'c4098cc-91b8-46c2-a205-d82ab1a62a8f',
      userAssignedIdentities: {},
    },
  });
});

test.each([
  ['windows', 'Windows'],
  ['LINUX', 'Linux'],
  ['Linux', 'Linux'],
  ['aix', 'aix'],
  ['', null],
])('the system %j of an Arc machine is %j', async (osType, expected) => {
  await using azure = await serving({ id: arcId('arc-1'), properties: { osType } });

  const machine = await getArcMachine(azure.arm, arcId('arc-1'), newContext());

  expect(machine.osType).toBe(expected);
  expect(azure.requests[0]?.url.pathname).toBe(arcId('arc-1'));
});

test.each([
  ['scale set', listScaleSets, arcId('x')],
  ['scale set', listScaleSets, `${setId('x')}/virtualMachines/0`],
  ['Arc machine', listArcMachines, setId('x')],
  ['Arc machine', listArcMachines, null],
])('a %s without a usable id fails the list', async (_, list, id) => {
  await using azure = await serving({ value: [{ id }] });

  await expect(drain(list(azure.arm, subscriptionId, newContext()))).rejects.toMatchObject({ code: 'InvalidResponse' });
});
