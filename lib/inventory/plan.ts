import type { Reason } from '../errors.ts';
import type { BlindSpot, Kind } from './coverage.ts';
import type { RunTrigger } from './run.ts';

/** A subscription that the inventory follows, as the plan of the next run needs it. */
export interface KnownSubscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  /** In scope and seen, or in scope and no longer seen. */
  readonly visibility: 'visible' | 'lost';
  /** Machines that its newest reading showed; null = never read. */
  readonly machineCount: number | null;
}

/** A subscription that a run reads, or skips for a stated reason. */
export interface PlannedSubscription {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string | null;
  /** Enabled, Warned, PastDue, Disabled or Deleted. */
  readonly state: string;
  /** Why it is not read although it counts as complete: its state is `Deleted`, or its quota allows no machines. */
  readonly skip: Reason | null;
}

/** What a run reads. It is made from the list of subscriptions, before anything else is read. */
export interface Plan {
  readonly runId: string;
  readonly trigger: RunTrigger;
  readonly startedAt: string;
  /**
   * Newest `seq` in the inventory before anything was read: what the run reads is newer than all that was merged up to
   * it, whatever the clocks say. 0 or absent = nothing is known to be older.
   */
  readonly afterSeq?: number;
  /** The subscriptions that were requested for this run; null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  readonly kinds: readonly Kind[];
  /** Also read the client ids of system-assigned identities, one request per machine. */
  readonly clientIds: boolean;
  /** Visible and in scope; the biggest in the last run first. */
  readonly subscriptions: readonly PlannedSubscription[];
  /** Known to the inventory, but excluded by the settings: their machines end as `outOfScope`. */
  readonly outOfScope: readonly string[];
  /** In scope (by settings, or by the run before) and not visible. */
  readonly blindSpots: readonly Omit<BlindSpot, 'since'>[];
  /** False if a configured management group could not be read: blind spots are unknown. */
  readonly blindSpotsKnown: boolean;
  /** Of the identity that reads, for the commands that grant it a role; null if its token does not say. */
  readonly principalId: string | null;
  /** Why the subscription list itself cannot be trusted: `NoSubscriptions`, `SuspiciousTenantShrink`. */
  readonly reason: Reason | null;
}

/** The place of a batch in the store. */
export interface BatchAddress {
  readonly runId: string;
  /** Hash of the plan that it was read for. */
  readonly planHash: string;
  /** Its number in that plan, from 0. */
  readonly batch: number;
}

/** Subscriptions of a plan that are read together. The number of a batch is its index in the plan. */
export interface PlannedBatch {
  readonly subscriptionIds: readonly string[];
  /** The batch of an earlier run that has read them but could not publish them; null = this run reads them. */
  readonly takenFrom: BatchAddress | null;
}

/** A recorded plan: what to read, in which batches. */
export interface RecordedPlan {
  readonly plan: Plan;
  /** First those to read, the biggest first; then the resumed ones. */
  readonly batches: readonly PlannedBatch[];
  /** Identifies the plan by its content. A batch names the plan it was read for by this hash. */
  readonly hash: string;
}

/** The place of a batch of a plan, whether it is written yet or not. */
export function addressOf({ plan, hash, batches }: RecordedPlan, batch: number): BatchAddress {
  return batches[batch]?.takenFrom ?? { runId: plan.runId, planHash: hash, batch };
}
