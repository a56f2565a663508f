import type { SampleMachine, SampleSubscription } from '../types.ts';
import { createMachine } from './machine.ts';
import { createdCount, evolve, fateOf, firstPlacement, type Placement, plainShape, shapeOf } from './placement.ts';

export interface TenantMachinesOptions {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptions: readonly SampleSubscription[];
  /** Machines in a usual subscription. The shape of a machine follows from its position among all. */
  readonly vms: number;
  /** Machines in a given subscription. */
  readonly vmsOf: (subscription: SampleSubscription) => number;
  readonly state: 1 | 2;
  readonly plain: boolean;
}

/** The machines of all subscriptions. */
export interface TenantMachines {
  /** An empty list for a subscription without machines. */
  list(subscriptionId: string): MachineList;
  /** By resource id, without regard to case. */
  find(id: string): SampleMachine | undefined;
  /** @throws {RangeError} no such machine */
  remove(id: string): void;
  /** @throws {RangeError} no such machine */
  replace(id: string, change: (machine: SampleMachine) => SampleMachine): void;
}

export function createTenantMachines(options: TenantMachinesOptions): TenantMachines {
  const { seed, tenantId, vms, vmsOf, state, plain } = options;
  const sharedSubscriptionId = options.subscriptions[0]?.subscriptionId ?? '';
  const lists = new Map<string, MachineList>();

  for (const [subscriptionIndex, subscription] of options.subscriptions.entries()) {
    const { subscriptionId, unregistered } = subscription;
    const count = vmsOf(subscription);
    const placementAt = (index: number): Placement | null => {
      const shape = plain ? plainShape : shapeOf(subscriptionIndex * vms + index);
      const placement = firstPlacement({
        seed,
        tenantId,
        subscriptionId,
        subscriptionIndex,
        sharedSubscriptionId,
        index,
        shape,
      });
      return state === 1 || index >= count ? placement : evolve(placement, fateOf(seed, subscriptionId, index));
    };
    const isEmpty = unregistered.includes('Microsoft.Compute') || subscription.state === 'Deleted';
    const countInState = count + (state === 2 ? createdCount(count) : 0);
    lists.set(subscriptionId, createMachineList(isEmpty ? 0 : countInState, placementAt));
  }

  function list(subscriptionId: string): MachineList {
    const key = subscriptionId.toLowerCase();
    const known = lists.get(key) ?? createMachineList(0, () => null);
    lists.set(key, known);
    return known;
  }
  const listOf = (id: string): MachineList => list(id.split('/')[2] ?? '');
  return {
    list,
    find: (id) => listOf(id).find(id),
    remove: (id) => listOf(id).change(id, () => []),
    replace: (id, change) => listOf(id).change(id, (machine) => [change(machine)]),
  };
}

/**
 * The machines of one subscription. An unchanged machine is stored as its index only and generated at each use, so that
 * 400,000 machines take little memory.
 */
export interface MachineList {
  readonly length: number;
  /** Increases with every change. Pages serialized before are then outdated. */
  readonly revision: number;
  at(index: number): SampleMachine;
  find(id: string): SampleMachine | undefined;
  all(): SampleMachine[];
  add(machine: SampleMachine): void;
  /** Replaces a machine with the returned ones. @throws {RangeError} no such machine */
  change(id: string, replacement: (machine: SampleMachine) => readonly SampleMachine[]): void;
}

function createMachineList(count: number, placementAt: (index: number) => Placement | null): MachineList {
  const entries: (number | SampleMachine)[] = [];
  for (let index = 0; index < count; index++) if (placementAt(index) !== null) entries.push(index);
  let revision = 0;
  let positions: Map<string, number> | null = null;

  function resolve(entry: number | SampleMachine | undefined): SampleMachine {
    const placement = typeof entry === 'number' ? placementAt(entry) : null;
    if (placement !== null) return createMachine(placement);
    if (typeof entry === 'object') return entry;
    throw new RangeError('No machine at this position.');
  }
  function position(id: string): number | undefined {
    positions ??= new Map(entries.map((entry, at) => [resolve(entry).machine.id.toLowerCase(), at]));
    return positions.get(id.toLowerCase());
  }
  function changed(): void {
    revision++;
    positions = null;
  }

  return {
    get length() {
      return entries.length;
    },
    get revision() {
      return revision;
    },
    at: (index) => resolve(entries[index]),
    find(id) {
      const at = position(id);
      return at === undefined ? undefined : resolve(entries[at]);
    },
    all: () => entries.map(resolve),
    add(machine) {
      entries.push(machine);
      changed();
    },
    change(id, replacement) {
      const at = position(id);
      if (at === undefined) throw new RangeError(`No machine ${id} in the sample tenant.`);
      entries.splice(at, 1, ...replacement(resolve(entries[at])));
      changed();
    },
  };
}
