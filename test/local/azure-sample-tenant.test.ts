import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import type { RawVirtualMachine } from '../../local/azure/tenant/types.ts';
import { propertyPaths } from './property-paths.ts';

function machines(options: Parameters<typeof createSampleTenant>[0]): readonly RawVirtualMachine[] {
  return createSampleTenant(options)
    .truth()
    .flatMap((each) => each.virtualMachines);
}

test('the same options give the same tenant, another seed another one', () => {
  const options = { subscriptions: 3, vms: 20, seed: 7 };
  expect(createSampleTenant(options).truth()).toEqual(createSampleTenant(options).truth());
  const ids = new Set(machines(options).map((machine) => machine.properties.vmId));
  const others = machines({ ...options, seed: 8 });
  expect(others.some((machine) => ids.has(machine.properties.vmId))).toBe(false);
});

test('without awkward subscriptions it has exactly the requested size, each id once', () => {
  const tenant = createSampleTenant({ subscriptions: 50, vms: 12, awkward: false, plain: true });
  const all = tenant.truth().flatMap((each) => each.virtualMachines);
  const names = tenant.subscriptions().map((each) => each.displayName);
  expect(all).toHaveLength(600);
  expect(new Set(all.map((machine) => machine.id.toLowerCase())).size).toBe(600);
  expect(new Set(all.map((machine) => machine.properties.vmId)).size).toBe(600);
  expect(new Set(all.map((machine) => machine.identity?.principalId)).size).toBe(600);
  expect(new Set(names).size).toBe(50);
  expect(new Set(all.map((machine) => machine.identity?.type))).toEqual(new Set(['SystemAssigned']));
});

test('a machine has every property of a recorded one, in about 6 kB', () => {
  const recorded = JSON.parse(readFileSync('test/payloads/real-vm-list-2025-systemassigned.json', 'utf8'));
  const [real] = recorded.interactions[0].response.body.data.value;
  const sample = machines({ subscriptions: 1, vms: 40, awkward: false });
  const paths = new Set(sample.flatMap((machine) => propertyPaths(machine)));
  const missing = propertyPaths(real).filter((path) => !paths.has(path));
  const sizes = sample.map((machine) => JSON.stringify(machine).length);
  expect(missing).toEqual([]);
  expect(Math.min(...sizes)).toBeGreaterThan(4500);
  expect(Math.max(...sizes)).toBeLessThan(7500);
});

describe('Among 40 machines there is', () => {
  const sample = machines({ subscriptions: 1, vms: 40, awkward: false });
  const assigned = (machine: RawVirtualMachine) => Object.entries(machine.identity?.userAssignedIdentities ?? {});
  const shapes: Record<string, (machine: RawVirtualMachine) => boolean> = {
    'no identity at all': (machine) => !('identity' in machine),
    None: (machine) => machine.identity?.type === 'None',
    'both kinds': (machine) => machine.identity?.type === 'SystemAssigned, UserAssigned',
    'both kinds without the space': (machine) => machine.identity?.type === 'SystemAssigned,UserAssigned',
    'another casing of the type': (machine) => machine.identity?.type === 'systemAssigned',
    'a null principal id': (machine) => assigned(machine).some(([, ids]) => ids.principalId === null),
    'a null client id only': (machine) =>
      assigned(machine).some(([, ids]) => ids.principalId !== null && ids.clientId === null),
    'a key in other casing': (machine) => assigned(machine).some(([key]) => key.includes('/resourcegroups/')),
    'an upper-cased resource group': (machine) =>
      /resourceGroups\/RG-/.test(machine.id) && JSON.stringify(machine.properties).includes('resourceGroups/rg-'),
    'a deleted identity': (machine) => assigned(machine).some(([key]) => key.endsWith('-deleted')),
    'a flexible scale set': (machine) => machine.properties.virtualMachineScaleSet !== undefined,
    Spot: (machine) => machine.properties.priority === 'Spot',
    zones: (machine) => machine.zones?.length === 1,
    'no tags': (machine) => !('tags' in machine),
    'a tag that a spreadsheet would run': (machine) =>
      Object.values(machine.tags ?? {}).some((value) => value.startsWith('=')),
  };
  test.each(Object.keys(shapes))('%s', (name) => {
    expect(sample.filter(shapes[name] ?? (() => false)).length).toBeGreaterThan(0);
  });
  test('an identity on several machines', () => {
    const keys = sample.flatMap((machine) => assigned(machine).map(([key]) => key));
    expect(keys.filter((key) => key.endsWith('id-shared-monitoring')).length).toBeGreaterThan(1);
  });
});

test('the second state has deleted, created, re-created and moved machines, and machines with another identity', () => {
  const before = machines({ subscriptions: 1, vms: 100, awkward: false });
  const after = machines({ subscriptions: 1, vms: 100, awkward: false, state: 2 });
  const byId = new Map(before.map((machine) => [machine.id, machine]));
  const byVmId = new Map(before.map((machine) => [machine.properties.vmId, machine]));
  const now = new Set(after.map((machine) => machine.id));
  const vmIds = new Set(after.map((machine) => machine.properties.vmId));

  const gone = before.filter((machine) => !now.has(machine.id) && !vmIds.has(machine.properties.vmId));
  const created = after.filter((machine) => !byId.has(machine.id) && !byVmId.has(machine.properties.vmId));
  const recreated = after.filter((machine) => byId.has(machine.id) && !byVmId.has(machine.properties.vmId));
  const moved = after.filter((machine) => !byId.has(machine.id) && byVmId.has(machine.properties.vmId));
  const changed = after.filter((machine) => {
    const old = byId.get(machine.id);
    return (
      old?.properties.vmId === machine.properties.vmId &&
      JSON.stringify(old.identity) !== JSON.stringify(machine.identity)
    );
  });
  const same = after.filter((machine) => JSON.stringify(byId.get(machine.id)) === JSON.stringify(machine));

  expect([gone, created, recreated, moved, changed].map((each) => each.length)).toEqual([4, 4, 4, 4, 4]);
  expect(same).toHaveLength(84);
  for (const machine of moved) {
    expect(machine.identity).toEqual(byVmId.get(machine.properties.vmId)?.identity);
  }
});

test('a tenant of 400,000 machines returns its machines by position', () => {
  const tenant = createSampleTenant({ subscriptions: 200, vms: 2000, awkward: false });
  const [first] = tenant.subscriptions();
  const rows = tenant.readableMachines(first?.subscriptionId ?? '');
  expect(tenant.subscriptions()).toHaveLength(200);
  expect(rows.length).toBe(2000);
  expect(rows.slice(1990, 2050)).toHaveLength(10);
});

test('a small tenant has as many subscriptions for its scenes as a large one, and a simple tenant has none', () => {
  const scenes = (options: Parameters<typeof createSampleTenant>[0]) =>
    createSampleTenant(options)
      .subscriptions()
      .filter(({ displayName }) => displayName.startsWith('Retail '));
  expect(scenes({ subscriptions: 0, vms: 0 })).toHaveLength(4);
  expect(scenes({ subscriptions: 0, vms: 0, state: 2 })).toHaveLength(5);
  expect(scenes({ subscriptions: 200, vms: 500 })).toHaveLength(4);
  expect(scenes({ subscriptions: 3, vms: 5, awkward: false })).toEqual([]);
});

test('a tenant that enters its second state equals one created in it, whatever was changed before', () => {
  const options = { subscriptions: 2, vms: 25 };
  const tenant = createSampleTenant(options);
  const [subscription] = tenant.subscriptions();
  tenant.hideSubscription(subscription?.subscriptionId ?? '');
  tenant.enterState(2);
  expect(tenant.truth()).toEqual(createSampleTenant({ ...options, state: 2 }).truth());
  tenant.enterState(1);
  expect(tenant.truth()).toEqual(createSampleTenant(options).truth());
});

test('every Flexible scale set that a machine names exists', () => {
  const truth = createSampleTenant({ subscriptions: 2, vms: 40 }).truth();
  const sets = new Set(truth.flatMap(({ scaleSets }) => scaleSets).map(({ id }) => id.toLowerCase()));
  const named = truth
    .filter(({ access }) => access === 'reader')
    .flatMap(({ virtualMachines }) => virtualMachines)
    .flatMap(({ properties }) => properties.virtualMachineScaleSet?.id.toLowerCase() ?? []);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((id) => !sets.has(id))).toEqual([]);
});
