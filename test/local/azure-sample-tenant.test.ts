import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createSampleTenant } from '../../local/azure/sample-tenant.ts';
import type { RawVirtualMachine } from '../../local/azure/tenant/types.ts';

function machines(options: Parameters<typeof createSampleTenant>[0]): readonly RawVirtualMachine[] {
  return createSampleTenant(options)
    .truth()
    .flatMap((each) => each.virtualMachines);
}

/** `properties.osProfile.computerName` and the like; arrays count by their first element. */
function propertyPaths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return propertyPaths(value[0], path);
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) => propertyPaths(inner, `${path}.${name}`));
}

test('The same options make the same tenant; another seed makes another.', () => {
  const options = { subscriptions: 3, vms: 20, seed: 7 };
  expect(createSampleTenant(options).truth()).toEqual(createSampleTenant(options).truth());
  const ids = new Set(machines(options).map((machine) => machine.properties.vmId));
  const others = machines({ ...options, seed: 8 });
  expect(others.some((machine) => ids.has(machine.properties.vmId))).toBe(false);
});

test('Without awkward subscriptions it has exactly what was asked for, each id once.', () => {
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

test('A machine has every property that a recorded one has, in about 6 kB.', () => {
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

test('The second state has machines gone, new, re-created, moved, and with another identity.', () => {
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

test('A tenant of 400,000 machines hands out its machines by position.', () => {
  const tenant = createSampleTenant({ subscriptions: 200, vms: 2000, awkward: false });
  const [first] = tenant.subscriptions();
  const rows = tenant.readableMachines(first?.subscriptionId ?? '');
  expect(tenant.subscriptions()).toHaveLength(200);
  expect(rows.length).toBe(2000);
  expect(rows.slice(1990, 2050)).toHaveLength(10);
});
