import type { SampleMachine, SampleSubscription } from '../types.ts';
import { createdCount, evolve, fateOf } from './evolution.ts';
import { createMachineList, type MachineList } from './machine-list.ts';
import { firstPlacement, type Placement } from './placement.ts';
import { plainShape, shapeOf } from './shapes.ts';

export interface TenantMachinesOptions {
  readonly seed: number;
  readonly tenantId: string;
  readonly subscriptions: readonly SampleSubscription[];
  /** Machines in a usual subscription: the shape of a machine follows from its place among them. */
  readonly vms: number;
  /** Machines in one subscription. */
  readonly vmsOf: (subscription: SampleSubscription) => number;
  readonly state?: 1 | 2;
  readonly plain?: boolean;
}

/** The machines of all subscriptions. */
export interface TenantMachines {
  /** An empty list for a subscription that has none. */
  list(subscriptionId: string): MachineList;
  find(id: string): SampleMachine | undefined;
  /** @throws {RangeError} no such machine */
  remove(id: string): void;
  /** @throws {RangeError} no such machine */
  replace(id: string, change: (machine: SampleMachine) => SampleMachine): void;
}

export function createTenantMachines(options: TenantMachinesOptions): TenantMachines {
  const sharedSubscriptionId = options.subscriptions[0]?.subscriptionId ?? '';
  const lists = new Map<string, MachineList>();

  function placementAt(subscription: SampleSubscription, subscriptionIndex: number, index: number): Placement | null {
    const placement = firstPlacement({
      seed: options.seed,
      tenantId: options.tenantId,
      subscriptionId: subscription.subscriptionId,
      subscriptionIndex,
      sharedSubscriptionId,
      index,
      shape: options.plain ? plainShape : shapeOf(subscriptionIndex * options.vms + index),
    });
    if (options.state !== 2 || index >= options.vmsOf(subscription)) return placement;
    return evolve(placement, fateOf(options.seed, subscription.subscriptionId, index));
  }

  options.subscriptions.forEach((subscription, subscriptionIndex) => {
    const empty = subscription.unregistered.includes('Microsoft.Compute') || subscription.state === 'Deleted';
    const vms = options.vmsOf(subscription);
    const count = vms + (options.state === 2 ? createdCount(vms) : 0);
    lists.set(
      subscription.subscriptionId,
      createMachineList(empty ? 0 : count, (index) => placementAt(subscription, subscriptionIndex, index)),
    );
  });

  function list(subscriptionId: string): MachineList {
    const key = subscriptionId.toLowerCase();
    const known = lists.get(key) ?? createMachineList(0, () => null);
    lists.set(key, known);
    return known;
  }
  const listOf = (id: string): MachineList => list(id.split('/')[2] ?? '');
  function assertFound(found: boolean, id: string): void {
    if (!found) throw new RangeError(`No machine ${id} in the sample tenant.`);
  }

  return {
    list,
    find: (id) => listOf(id).find(id),
    remove: (id) => assertFound(listOf(id).remove(id), id),
    replace: (id, change) => assertFound(listOf(id).replace(id, change), id),
  };
}
