import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { resolveAsOf } from '../../../lib/database/queries/as-of.ts';
import { iterateVirtualMachines } from '../../../lib/database/queries/machines/virtual-machines.ts';
import type { Verification } from '../../../lib/inventory/reading.ts';
import type { MachineReading } from '../../../lib/inventory/virtual-machine.ts';
import { caseCount } from '../../support/cases.ts';
import { inEmptyInventory } from '../../support/empty-inventory.ts';
import { asShown, dayOf, guid, machine, mergeRun, type SubscriptionReading } from '../../support/readings.ts';

const numRuns = caseCount('PROPERTY_RUNS', { few: 15, many: 500 });

/**
 * A small Azure that changes between runs, and runs that see any part of it: any scope, any coverage, short lists, failing reads
 * by id, subscriptions that are lost.
 */
const subscriptions = [guid(1), guid(2)];
const names = ['a', 'b', 'c', 'd'];

const slot = fc.record({
  subscription: fc.constantFrom(...subscriptions),
  name: fc.constantFrom(...names),
  group: fc.constantFrom('rg', 'other'),
});
const change = fc.oneof(
  fc.record({
    do: fc.constant('put' as const),
    at: slot,
    vm: fc.integer({ min: 1, max: 6 }),
    size: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ do: fc.constant('remove' as const), at: slot }),
  fc.record({ do: fc.constant('move' as const), at: slot, to: slot }),
);
const sight = fc.record({
  status: fc.constantFrom('complete', 'complete', 'partial', 'failed', 'denied', 'lost', 'outside'),
  /** Names that the list leaves out. */
  hidden: fc.subarray(names),
  checks: fc.constantFrom('truth', 'truth', 'failing'),
});
const run = fc.record({ changes: fc.array(change, { maxLength: 4 }), sights: fc.tuple(sight, sight) });
const history = fc.array(run, { minLength: 1, maxLength: 7 });
type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

type World = Map<string, MachineReading>;
const keyOf = ({ subscription, group, name }: { subscription: string; group: string; name: string }): string =>
  machine(name, { subscriptionId: subscription, resourceGroup: group }).id.toLowerCase();

function apply(world: World, changes: Run['changes']): void {
  for (const step of changes) {
    const key = keyOf(step.at);
    if (step.do === 'remove') {
      world.delete(key);
    } else if (step.do === 'put') {
      const taken = [...world].some(([other, { vmId }]) => other !== key && vmId === `vm-${step.vm}`);
      if (taken) continue;
      const { name, subscription: subscriptionId, group: resourceGroup } = step.at;
      const identity = machine(`${step.vm}`).identity;
      const vmSize = `Standard_D${step.size}`;
      world.set(key, machine(name, { subscriptionId, resourceGroup, vmId: `vm-${step.vm}`, vmSize, identity }));
    } else {
      const found = world.get(key);
      const to = keyOf(step.to);
      if (found === undefined || world.has(to)) continue;
      world.delete(key);
      const { name, subscription: subscriptionId, group: resourceGroup } = step.to;
      const { vmId, vmSize, identity } = found;
      world.set(to, machine(name, { subscriptionId, resourceGroup, vmId, vmSize, identity }));
    }
  }
}

/** What one run reads of the world. */
function readingOf(world: World, { sights }: Run, day: number) {
  const read: Record<string, SubscriptionReading> = {};
  const lost: string[] = [];
  const failing = new Set<string>();
  const scope: string[] = [];
  for (const [index, subscriptionId] of subscriptions.entries()) {
    const seen = sights[index];
    if (seen === undefined || seen.status === 'outside') continue;
    scope.push(subscriptionId);
    if (seen.status === 'lost') {
      lost.push(subscriptionId);
      continue;
    }
    if (seen.checks === 'failing') failing.add(subscriptionId);
    const nothing = seen.status === 'failed' || seen.status === 'denied';
    const machines = [...world.values()].filter(
      (one) => one.subscriptionId === subscriptionId && !nothing && !seen.hidden.includes(one.name),
    );
    read[subscriptionId] = { machines, status: seen.status };
  }
  const verify = (resourceId: string): Verification<MachineReading> => {
    const present = world.get(resourceId.toLowerCase());
    const subscriptionId = resourceId.split('/')[2] ?? '';
    if (failing.has(subscriptionId)) return { outcome: 'unverified', reason: { code: 'E', message: 'e', hint: null } };
    return present === undefined ? { outcome: 'absent' } : { outcome: 'present', reading: present };
  };
  const blindSpots = lost.map((subscriptionId) => ({
    subscriptionId,
    displayName: null,
    source: 'previousRun' as const,
    grantCommand: '',
  }));
  const all = scope.length === subscriptions.length;
  return { day, subscriptions: read, plan: { scope: all ? null : scope, blindSpots }, verify };
}

const tables = [
  'machine',
  'machine_version',
  'identity',
  'attachment',
  'power_state',
  'unseen',
  'subscription',
  'blind_spot',
];
const dump = (database: Database) =>
  Object.fromEntries(tables.map((table) => [table, database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all()]));
const stateAt = (database: Database, asOf: string | null) =>
  [...iterateVirtualMachines(database, resolveAsOf(database, asOf), { deleted: 'any' })]
    .map(({ powerState, provisioningState, ...row }) => row)
    .sort((x, y) => (x.id < y.id ? -1 : 1));

describe('any sequence of runs, with any scopes and any coverage', () => {
  test('never ends a machine without proof', () => {
    fc.assert(
      fc.property(history, (runs) =>
        inEmptyInventory((database) => {
          const world: World = new Map();
          runs.forEach((step, index) => {
            apply(world, step.changes);
            const seq = index + 1;
            mergeRun(database, readingOf(world, step, seq));
            const ended = database
              .prepare(`SELECT lower(i.resource_id) AS id, v.vm_id, v.end_change FROM machine_version v
                JOIN machine_id i ON i.machine = v.machine WHERE v.valid_to = ? AND v.end_change IS NOT NULL`)
              .all(seq);
            for (const { id, vm_id, end_change } of ended) {
              const there = world.get(String(id));
              // Moved elsewhere: a machine that has its id by now is another one.
              const gone = there === undefined || (end_change === 'virtualMachineMoved' && there.vmId !== vm_id);
              expect(gone, `${id} still exists`).toBe(true);
            }
          });
        }),
      ),
      { numRuns },
    );
  });

  test('shows exactly what exists in every subscription that was read completely', () => {
    fc.assert(
      fc.property(history, (runs) =>
        inEmptyInventory((database) => {
          const world: World = new Map();
          runs.forEach((step, index) => {
            apply(world, step.changes);
            mergeRun(database, readingOf(world, step, index + 1));
            subscriptions.forEach((subscriptionId, place) => {
              const seen = step.sights[place];
              const whole = seen?.status === 'complete' && seen.hidden.length === 0 && seen.checks === 'truth';
              if (!whole) return;
              const asOf = resolveAsOf(database, null);
              const shown = [...iterateVirtualMachines(database, asOf, { subscriptionId, stale: false })];
              const truth = [...world.values()].filter((one) => one.subscriptionId === subscriptionId);
              const sorted = (rows: readonly Pick<MachineReading, 'id'>[]) => rows.map(({ id }) => id).sort();
              expect(sorted(shown)).toEqual(sorted(truth));
              for (const row of shown) {
                const there = world.get(row.id.toLowerCase());
                expect(row).toMatchObject(there === undefined ? {} : asShown(there));
              }
              expect([...iterateVirtualMachines(database, asOf, { subscriptionId, stale: true })]).toEqual([]);
            });
          });
        }),
      ),
      { numRuns },
    );
  });

  test('merging the same reading twice changes no row', () => {
    fc.assert(
      fc.property(history, (runs) =>
        inEmptyInventory((database) => {
          const world: World = new Map();
          runs.forEach((step, index) => {
            apply(world, step.changes);
            mergeRun(database, readingOf(world, step, 2 * index + 1));
            const before = dump(database);
            const again = mergeRun(database, readingOf(world, step, 2 * index + 2));
            expect(again.changes).toEqual({});
            expect(dump(database)).toEqual(before);
          });
        }),
      ),
      { numRuns },
    );
  });

  test('leaves every earlier state unchanged', () => {
    fc.assert(
      fc.property(history, (runs) =>
        inEmptyInventory((database) => {
          const world: World = new Map();
          const states = runs.map((step, index) => {
            apply(world, step.changes);
            mergeRun(database, readingOf(world, step, index + 1));
            return stateAt(database, null);
          });
          states.forEach((state, index) => {
            expect(stateAt(database, dayOf(index + 1))).toEqual(state);
          });
        }),
      ),
      { numRuns },
    );
  });
});
