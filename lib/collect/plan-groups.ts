import type { Plan, PlannedSubscription } from '../inventory/reading.ts';

/** Large enough that a long list hides behind others, small enough that a crash costs little. */
const subscriptionsPerBatch = 250;

/** Subscriptions that are read together, into one batch. */
export interface PlanGroup {
  /** Number of the batch, from 0. */
  readonly batch: number;
  readonly subscriptions: readonly PlannedSubscription[];
}

/** The subscriptions of a plan in groups: the same ones for whoever asks. */
export function groupsOf(plan: Plan): readonly PlanGroup[] {
  return Array.from({ length: Math.ceil(plan.subscriptions.length / subscriptionsPerBatch) }, (_, batch) => ({
    batch,
    subscriptions: plan.subscriptions.slice(batch * subscriptionsPerBatch, (batch + 1) * subscriptionsPerBatch),
  }));
}
