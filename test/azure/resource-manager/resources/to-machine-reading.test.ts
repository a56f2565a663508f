import { expect, test } from 'vitest';
import { toMachineReading } from '../../../../lib/azure/resource-manager/resources/virtual-machines.ts';

const id =
  '/subscriptions/EA42F556-5106-4743-99B0-C129BFA71A47/resourceGroups/TEST_VM/providers/Microsoft.Compute/virtualMachines/vm-1';
const assigned = '/subscriptions/x/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u1';

test("a machine in Azure's form becomes what the inventory keeps", () => {
  const reading = toMachineReading({
    name: 'vm-1',
    id,
    type: 'Microsoft.Compute/virtualMachines',
    location: 'southcentralus',
    zones: ['1'],
    tags: { env: 'prod' },
    identity: {
      type: 'SystemAssigned, UserAssigned',
      principalId: 'p-1',
      tenantId: 't-1',
      userAssignedIdentities: { [assigned]: { principalId: 'p-2', clientId: 'c-2' } },
    },
    properties: {
      vmId: 'f6a6b9b2-9b99-45b0-8a18-025998fc74d0',
      hardwareProfile: { vmSize: 'Standard_A1_v2' },
      storageProfile: { osDisk: { osType: 'Linux' } },
      provisioningState: 'Succeeded',
      priority: 'Spot',
      timeCreated: '2021-05-21T16:16:29.7966701+02:00',
      virtualMachineScaleSet: { id: '/subscriptions/x/set' },
    },
  });

  expect(reading).toEqual({
    id,
    name: 'vm-1',
    type: 'Microsoft.Compute/virtualMachines',
    subscriptionId: 'ea42f556-5106-4743-99b0-c129bfa71a47',
    resourceGroup: 'TEST_VM',
    location: 'southcentralus',
    zones: ['1'],
    vmId: 'f6a6b9b2-9b99-45b0-8a18-025998fc74d0',
    vmSize: 'Standard_A1_v2',
    osType: 'Linux',
    priority: 'Spot',
    provisioningState: 'Succeeded',
    timeCreated: '2021-05-21T14:16:29.796Z',
    tags: { env: 'prod' },
    scaleSetId: '/subscriptions/x/set',
    instanceCount: null,
    identity: {
      type: 'SystemAssigned, UserAssigned',
      principalId: 'p-1',
      tenantId: 't-1',
      userAssignedIdentities: { [assigned]: { principalId: 'p-2', clientId: 'c-2' } },
    },
  });
});

test('a machine with only an id has nulls and defaults', () => {
  const expected = {
    name: 'vm-1',
    location: '',
    zones: [],
    vmId: null,
    vmSize: null,
    osType: null,
    priority: 'Regular',
    provisioningState: null,
    timeCreated: null,
    tags: {},
    scaleSetId: null,
    instanceCount: null,
    identity: { type: 'None', principalId: null, tenantId: null, userAssignedIdentities: {} },
  };

  expect(toMachineReading({ id })).toMatchObject(expected);
  expect(toMachineReading({ id, identity: null, properties: null, tags: null, zones: null })).toMatchObject(expected);
  expect(
    toMachineReading({
      id,
      identity: 7,
      properties: { storageProfile: [], timeCreated: 'soon' },
      tags: [],
      zones: 'x',
    }),
  ).toMatchObject(expected);
});

test.each([
  ['SystemAssigned', 'SystemAssigned'],
  ['systemassigned', 'SystemAssigned'],
  ['UserAssigned', 'UserAssigned'],
  ['USERASSIGNED', 'UserAssigned'],
  ['SystemAssigned, UserAssigned', 'SystemAssigned, UserAssigned'],
  ['SystemAssigned,UserAssigned', 'SystemAssigned, UserAssigned'],
  ['userAssigned,  systemAssigned', 'SystemAssigned, UserAssigned'],
  ['None', 'None'],
  ['none', 'None'],
  [null, 'None'],
])('identity type %j is %j', (type, expected) => {
  expect(toMachineReading({ id, identity: { type } }).identity.type).toBe(expected);
});

test('an identity without a type gets the type of its ids', () => {
  const identity = { principalId: 'p-1', userAssignedIdentities: { [assigned]: {} } };

  expect(toMachineReading({ id, identity }).identity.type).toBe('SystemAssigned, UserAssigned');
});

test('user-assigned identities that are null or have null ids stay listed', () => {
  const identity = {
    type: 'UserAssigned',
    userAssignedIdentities: { [assigned]: null, b: { principalId: null, clientId: 'c' }, c: { principalId: '' } },
  };

  expect(toMachineReading({ id, identity }).identity.userAssignedIdentities).toEqual({
    [assigned]: { principalId: null, clientId: null },
    b: { principalId: null, clientId: 'c' },
    c: { principalId: null, clientId: null },
  });
});

test('tags that are not strings become strings', () => {
  const tags = { count: 3, on: true, none: null, list: ['a'] };

  expect(toMachineReading({ id, tags }).tags).toEqual({ count: '3', on: 'true', none: '', list: '["a"]' });
});

test.each([
  ['2021-05-21T14:16:29Z', '2021-05-21T14:16:29.000Z'],
  ['2021-05-21T14:16:29.5', '2021-05-21T14:16:29.500Z'],
  ['2021-99-21T14:16:29Z', null],
  ['1', null],
])('time %s is %s', (timeCreated, expected) => {
  expect(toMachineReading({ id, properties: { timeCreated } }).timeCreated).toBe(expected);
});

test.each([[undefined], [null], [''], [7], ['vm-1'], ['/subscriptions/s/resourceGroups/rg'], [`${id}/extensions/x`]])(
  'a machine with id %j is an error, not a gap',
  (odd) => {
    expect(() => toMachineReading({ id: odd })).toThrow(expect.objectContaining({ code: 'InvalidResponse' }));
  },
);

test('Zones that no list in the inventory could hold are left out', () => {
  const zones = ['1', 2, '3"', String.raw`4\\`, '5;6', '7\u0000', '8\n', 'west-1 a', null, {}];

  expect(toMachineReading({ id, zones }).zones).toEqual(['1', '2', 'west-1 a']);
});

test.each(['9999-12-31T23:59:59-10:00', '0000-01-01T00:00:00+10:00'])(
  'The time %s is none: its year in UTC has no four digits',
  (timeCreated) => {
    expect(toMachineReading({ id, properties: { timeCreated } }).timeCreated).toBeNull();
  },
);
