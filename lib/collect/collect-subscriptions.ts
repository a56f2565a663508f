import { forEachBounded } from '../async/for-each-bounded.ts';
import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import type { Plan, PlannedSubscription } from '../inventory/plan.ts';
import type { ReadingSink } from '../inventory/reading.ts';
import type { KindReaders } from './kinds/kind-readers.ts';
import { shareRoles } from './kinds/shared-roles.ts';
import { limitHeapGrowth } from './limit-heap-growth.ts';
import { readSubscription } from './read-subscription.ts';
import { writeBehind } from './write-behind.ts';

export interface CollectProgress {
  readonly subscriptionsDone: number;
  readonly subscriptionsTotal: number;
  readonly virtualMachines: number;
  readonly requests: number;
}

export interface CollectRequest {
  readonly arm: ArmClient;
  readonly plan: Plan;
  /** The subscriptions of the plan that this call reads. */
  readonly subscriptions: readonly PlannedSubscription[];
  readonly sink: ReadingSink;
  /** How to read each kind; default: as a run does. */
  readonly readers?: KindReaders | undefined;
  /** Time to wait for throttling, per subscription; default: five minutes. */
  readonly throttlingWaitMs?: number | undefined;
  readonly onProgress?: ((progress: CollectProgress) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Subscriptions open at the same time. More than requests in flight, so that a long list starts early.
 * Bounded, because each holds an index of its machines.
 */
const openSubscriptions = 256;

/**
 * Reads subscriptions into a sink. A failure in one is written as its coverage and never stops the others.
 * @throws {NoTokenError} no credential gives a token any more
 * @throws the signal's reason
 */
export async function collectSubscriptions(request: CollectRequest): Promise<CollectProgress> {
  const { subscriptions, onProgress } = request;
  const progress = { subscriptionsDone: 0, subscriptionsTotal: subscriptions.length, virtualMachines: 0, requests: 0 };
  const { sink, flush, discard } = writeBehind(request.sink);
  const roles = shareRoles();
  try {
    await forEachBounded(subscriptions, openSubscriptions, request.signal, async (subscription, signal) => {
      limitHeapGrowth();
      await readSubscription({ ...request, sink, roles, subscription, signal }, (machines, requests) => {
        limitHeapGrowth();
        progress.virtualMachines += machines;
        progress.requests += requests;
        onProgress?.(progress);
      });
      progress.subscriptionsDone += 1;
      onProgress?.(progress);
    });
    flush();
  } finally {
    discard();
  }
  return progress;
}
