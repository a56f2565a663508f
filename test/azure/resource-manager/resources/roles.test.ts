import { expect, test } from 'vitest';
import { listRoleAssignments } from '../../../../lib/azure/resource-manager/resources/role-assignments.ts';
import { listRoleDefinitions } from '../../../../lib/azure/resource-manager/resources/role-definitions.ts';
import { payloadItems } from '../../../support/payloads.ts';
import { drain, newContext, serving } from '../fixtures/arm-server.ts';

const subscriptionId = 'ea42f556-5106-4743-99b0-c129bfa71a47';

test('of recorded role assignments, those of users and groups are left out', async () => {
  await using azure = await serving({ value: payloadItems('real-roleassignments-list') });

  const { items } = await drain(listRoleAssignments(azure.arm, subscriptionId, newContext()));

  expect(items).toHaveLength(56);
  expect(items.find(({ principalId }) => principalId === '20667898-ed9f-4af2-b8ff-5c2653eec3be')).toEqual({
    id: expect.stringContaining(`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleAssignments/`),
    scope: `/subscriptions/${subscriptionId}`,
    roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635`,
    principalId: '20667898-ed9f-4af2-b8ff-5c2653eec3be',
    condition: null,
  });
});

test('the whole list is requested, without a filter that would omit everything below', async () => {
  await using azure = await serving({ value: [] });

  await drain(listRoleAssignments(azure.arm, 's1', newContext()));

  expect(azure.requests.map(({ url }) => url.pathname + url.search)).toEqual([
    '/subscriptions/s1/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01',
  ]);
});

test.each([
  ...['ServicePrincipal', 'servicePrincipal', 'MSI', 'Application', 'Unknown', 'ForeignGroup', 'Device'],
  ...['DirectoryObjectOrGroup', 'Everyone', '', null, undefined],
])("an assignment to a principal of type %j may be a managed identity's, and is kept", async (principalType) => {
  const properties = { scope: '/', roleDefinitionId: '/r1', principalId: 'p1' };
  await using azure = await serving({ value: [{ id: 'a1', properties: { ...properties, principalType } }] });

  const { items } = await drain(listRoleAssignments(azure.arm, 's1', newContext()));

  expect(items).toEqual([{ id: 'a1', ...properties, condition: null }]);
});

test('assignments to users and groups are left out, and conditions are kept', async () => {
  const properties = { scope: '/', roleDefinitionId: '/r1', principalId: 'p1' };
  await using azure = await serving({
    value: [
      { id: 'a1', properties: { ...properties, condition: '@Resource[x] == 1' } },
      { id: 'a2', properties: { ...properties, principalType: 'User' } },
      { id: 'a3', properties: { ...properties, principalType: 'GROUP' } },
    ],
  });

  const { items } = await drain(listRoleAssignments(azure.arm, 's1', newContext()));

  expect(items).toEqual([{ id: 'a1', ...properties, condition: '@Resource[x] == 1' }]);
});

test.each([
  ['id', { properties: { scope: '/', roleDefinitionId: '/r1', principalId: 'p' } }],
  ['scope', { id: 'a', properties: { roleDefinitionId: '/r1', principalId: 'p' } }],
  ['role', { id: 'a', properties: { scope: '/', principalId: 'p' } }],
  ['principal', { id: 'a', properties: { scope: '/', roleDefinitionId: '/r1' } }],
])('an assignment without its %s fails the list', async (_, item) => {
  await using azure = await serving({ value: [item] });

  await expect(drain(listRoleAssignments(azure.arm, 's1', newContext()))).rejects.toMatchObject({
    code: 'InvalidResponse',
  });
});

const four = { actions: ['a'], notActions: [], dataActions: ['d'], notDataActions: [] };
const unknownData = { actions: [], notActions: [], dataActions: null, notDataActions: null };

test('roles have a name and all four lists of their permissions', async () => {
  await using azure = await serving({
    value: [
      ...payloadItems('roledefinition-atscope'),
      { id: '/r2', properties: { roleName: 'Bare', permissions: null } },
      { id: '/r5', properties: { roleName: 'Data only', permissions: [{ dataActions: ['x/*'], actions: null }] } },
      { id: '/r3', properties: { roleName: 'Old', permissions: [{ actions: ['*'], notActions: [] }] } },
      {
        id: '/r4',
        properties: {
          roleName: 'Odd',
          permissions: [
            { ...four, notDataActions: 'x' },
            { ...four, actions: 1 },
          ],
        },
      },
    ],
  });

  const { items } = await drain(listRoleDefinitions(azure.arm, 's1', newContext()));

  expect(items).toEqual([
    {
      id: '/subscriptions/subID/providers/Microsoft.Authorization/roleDefinitions/roleDefinitionId',
      roleName: 'Role name',
      permissions: [{ actions: ['action'], notActions: [], dataActions: ['dataAction'], notDataActions: [] }],
    },
    { id: '/r2', roleName: 'Bare', permissions: [] },
    {
      id: '/r5',
      roleName: 'Data only',
      permissions: [{ actions: [], notActions: [], dataActions: ['x/*'], notDataActions: [] }],
    },
    { id: '/r3', roleName: 'Old', permissions: [{ ...unknownData, actions: ['*'] }] },
    { id: '/r4', roleName: 'Odd', permissions: [{ ...unknownData, actions: ['a'] }, unknownData] },
  ]);
  expect(azure.requests[0]?.url.search).toBe('?api-version=2022-04-01');
});

test('a role without a name fails the list', async () => {
  await using azure = await serving({ value: [{ id: '/r1', properties: {} }] });

  await expect(drain(listRoleDefinitions(azure.arm, 's1', newContext()))).rejects.toMatchObject({
    code: 'InvalidResponse',
  });
});
