import { expect, test } from 'vitest';
import { listDescendantSubscriptions } from '../../../../lib/azure/resource-manager/resources/descendant-subscriptions.ts';
import { listPermissions } from '../../../../lib/azure/resource-manager/resources/permissions.ts';
import { listRoleAssignmentsOf } from '../../../../lib/azure/resource-manager/resources/role-assignments.ts';
import { getRoleName } from '../../../../lib/azure/resource-manager/resources/role-definitions.ts';
import { listSubscriptions } from '../../../../lib/azure/resource-manager/resources/subscriptions.ts';
import {
  getVirtualMachine,
  listPowerStates,
  listVirtualMachines,
} from '../../../../lib/azure/resource-manager/resources/virtual-machines.ts';
import { drain, json, newContext, serving, startArmServer } from '../fixtures/arm-server.ts';

const machineId = (name: string) =>
  `/subscriptions/0000000A/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/${name}`;

test('subscriptions have a lower-case id, state and quota', async () => {
  await using azure = await serving({
    value: [
      {
        subscriptionId: '0000000A',
        displayName: 'One',
        tenantId: 't',
        state: 'Enabled',
        subscriptionPolicies: { quotaId: 'AAD_2015-09-01' },
      },
      { id: '/subscriptions/0000000B' },
    ],
  });

  const { items } = await drain(listSubscriptions(azure.arm, newContext()));

  expect(items).toEqual([
    { subscriptionId: '0000000a', displayName: 'One', tenantId: 't', state: 'Enabled', quotaId: 'AAD_2015-09-01' },
    { subscriptionId: '0000000b', displayName: '0000000B', tenantId: null, state: 'Unknown', quotaId: null },
  ]);
  expect(azure.requests[0]?.url.pathname).toBe('/subscriptions');
});

test('a subscription without an id fails the list', async () => {
  await using azure = await serving({ value: [{ displayName: 'One' }] });

  await expect(drain(listSubscriptions(azure.arm, newContext()))).rejects.toMatchObject({ code: 'InvalidResponse' });
});

test('unreadable effective permissions grant nothing', async () => {
  await using azure = await serving({
    value: [{ actions: ['*/read'], notActions: [] }, { actions: ['*'], notActions: 'odd' }, { actions: null }],
  });

  const permissions = await listPermissions(azure.arm, 's1', newContext());

  expect(permissions).toEqual([
    { actions: ['*/read'], notActions: [] },
    { actions: [], notActions: [] },
    { actions: [], notActions: [] },
  ]);
});

test('machines arrive page by page, and one without an id fails the list', async () => {
  await using server = await startArmServer((response, _, seen) =>
    seen.length === 1
      ? json(response, { value: [{ id: machineId('vm-1') }], nextLink: '/next' })
      : json(response, { value: [{ name: 'vm-2' }] }),
  );
  const names: string[] = [];

  const reading = listVirtualMachines(server.arm, '0000000a', newContext()).read((page) => {
    names.push(...page.map(({ name }) => name));
  });

  await expect(reading).rejects.toMatchObject({ code: 'InvalidResponse' });
  expect(names).toEqual(['vm-1']);
});

test('a page of 5,000 machines and a tag of 10 MB are read completely', async () => {
  const tag = 'x'.repeat(10_000_000);
  const value = Array.from({ length: 5000 }, (_, i) => ({ id: machineId(`vm-${i}`), tags: i === 0 ? { tag } : {} }));
  await using azure = await serving({ value });

  const { items } = await drain(listVirtualMachines(azure.arm, '0000000a', newContext()));

  expect(items).toHaveLength(5000);
  expect(items[0]?.tags.tag).toHaveLength(10_000_000);
});

test('power states have their own request; a machine without one is left out', async () => {
  const statuses = [{ code: 'ProvisioningState/succeeded' }, { code: 'PowerState/deallocated' }];
  await using azure = await serving({
    value: [
      { id: machineId('vm-1'), properties: { instanceView: { statuses } } },
      { id: machineId('vm-2'), properties: { instanceView: { statuses: null } } },
      { id: machineId('vm-3') },
    ],
  });

  const { items } = await drain(listPowerStates(azure.arm, '0000000a', newContext()));

  expect(items).toEqual([{ id: machineId('vm-1'), powerState: 'PowerState/deallocated' }]);
  expect(azure.requests[0]?.url.searchParams.get('statusOnly')).toBe('true');
});

test('one machine by its id has its power state, and uses the same policies', async () => {
  const identity = { type: 'UserAssigned', userAssignedIdentities: { u1: { principalId: null, clientId: null } } };
  const instanceView = { statuses: [{ code: 'PowerState/running' }] };
  await using azure = await serving({ id: machineId('vm-1'), identity, location: 'x', properties: { instanceView } });
  const context = newContext();

  const { machine, powerState } = await getVirtualMachine(azure.arm, machineId('vm-1'), context);

  expect(powerState).toBe('PowerState/running');
  expect(machine).toMatchObject({ id: machineId('vm-1'), subscriptionId: '0000000a', identity });
  expect(context.meter).toMatchObject({ requests: 1, retries: 0 });
  expect(azure.requests[0]?.headers.authorization).toBe('Bearer token-1');
  expect(Object.fromEntries(azure.requests[0]?.url.searchParams ?? [])).toEqual({
    'api-version': '2026-04-01',
    $expand: 'instanceView',
  });
});

test.each([
  ['null identities', { identity: { type: 'UserAssigned', userAssignedIdentities: { u1: null } } }],
  ['null properties', { properties: null, zones: null, tags: null }],
  ['odd statuses', { properties: { instanceView: { statuses: {} } } }],
  ['null disks', { properties: { storageProfile: { dataDisks: [null] } } }],
])('one machine with %s can be read', async (_, odd) => {
  await using azure = await serving({ id: machineId('vm-1'), ...odd });

  const { machine, powerState } = await getVirtualMachine(azure.arm, machineId('vm-1'), newContext());

  expect(machine.name).toBe('vm-1');
  expect(powerState).toBeNull();
});

test("a machine that does not exist is a 404 with Azure's code and message", async () => {
  const error = { code: 'ResourceNotFound', message: "The Resource 'vm-1' was not found." };
  await using server = await startArmServer((response) => json(response, { error }, 404));

  const reading = getVirtualMachine(server.arm, machineId('vm-1'), newContext());

  await expect(reading).rejects.toMatchObject({ name: 'ArmError', status: 404, ...error });
});

const principal = 'aaaaaaaa-0000-4000-8000-000000000001';
const role = '/providers/x/roleDefinitions/r1';

test('role assignments of a principal include those through groups, and roles are read by id', async () => {
  const properties = { scope: '/', roleDefinitionId: role, principalId: 'aaaaaaaa-0000-4000-8000-00000000000f' };
  await using server = await startArmServer((response, { url }) =>
    url.pathname.endsWith('/r1')
      ? json(response, { properties: { roleName: 'Reader' } })
      : json(response, { value: [{ id: 'a1', properties }] }),
  );

  const { items } = await drain(listRoleAssignmentsOf(server.arm, 's1', principal, newContext()));
  const roleName = await getRoleName(server.arm, role, newContext());

  expect(items).toEqual([{ id: 'a1', ...properties, condition: null }]);
  expect(server.requests[0]?.url.searchParams.get('$filter')).toBe(`assignedTo('${principal}')`);
  expect(roleName).toBe('Reader');
});

test.each([
  ['without a principal', { principalId: null }, /without its principal: a1/],
  ['of a principal that is not a GUID', { principalId: "x'); drop" }, /not a GUID: a1/],
  ['with a number as its principal', { principalId: 7 }, /without its principal: a1/],
  ['without a scope', { scope: '' }, /without id, scope or role: a1/],
])('a role assignment %s fails the list of a principal after the others were read', async (_, odd, message) => {
  const properties = { scope: '/', roleDefinitionId: role, principalId: principal };
  const value = [
    { id: 'a1', properties: { ...properties, ...odd } },
    { id: 'a2', properties },
  ];
  await using server = await startArmServer((response, { url }) => {
    const isLast = url.searchParams.has('last');
    json(response, isLast ? { value: [{ id: 'a3', properties }] } : { value, nextLink: `${server.origin}/x?last=1` });
  });

  const items: string[] = [];
  const reading = listRoleAssignmentsOf(server.arm, 's1', principal, newContext()).read((page) => {
    items.push(...page.map(({ id }) => id));
  });

  await expect(reading).rejects.toMatchObject({ code: 'InvalidResponse', message: expect.stringMatching(message) });
  expect(items).toEqual(['a2', 'a3']);
});

test('descendants of a management group are its subscriptions, not its groups', async () => {
  await using azure = await serving({
    value: [
      { id: '/providers/Microsoft.Management/managementGroups/g2', properties: { displayName: 'Group' } },
      { id: '/subscriptions/0000000A', properties: { displayName: 'One' } },
    ],
  });

  const { items } = await drain(listDescendantSubscriptions(azure.arm, 'g 1', newContext()));

  expect(items).toEqual([{ subscriptionId: '0000000a', displayName: 'One' }]);
  expect(azure.requests[0]?.url.pathname).toBe('/providers/Microsoft.Management/managementGroups/g%201/descendants');
});
