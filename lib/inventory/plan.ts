import type { Reason } from '../errors.ts';
import type { BlindSpot, Kind } from './coverage.ts';
import type { RunTrigger } from './run.ts';

/** A subscription that the inventory follows, as planning the next run needs it. */
export interface KnownSubscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  /** In scope and seen, or in scope and no longer seen. */
  readonly visibility: 'visible' | 'lost';
  /** Machines that its newest reading showed; null = never read. */
  readonly machineCount: number | null;
}

/** A subscription that a run is to read, or to skip and say so. */
export interface PlannedSubscription {
  /** Lower case. */
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string | null;
  /** Enabled, Warned, PastDue, Disabled or Deleted. */
  readonly state: string;
  /** Why it is not read, though it counts as complete: its state is `Deleted`, or its quota cannot hold machines. */
  readonly skip: Reason | null;
}

/** What a run is to read: the outcome of listing the subscriptions, before anything else is read. */
export interface Plan {
  readonly runId: string;
  readonly trigger: RunTrigger;
  readonly startedAt: string;
  /**
   * Newest `seq` in the inventory before anything was read: what it read is newer than all that was merged until then, whatever the
   * clocks say. 0, or left out = nothing is known to be older.
   */
  readonly afterSeq?: number;
  /** The subscriptions that this one run was asked for; null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  readonly kinds: readonly Kind[];
  /** Also read the client ids of system-assigned identities, one request per machine. */
  readonly clientIds: boolean;
  /** Visible and in scope, the biggest by the last run first. */
  readonly subscriptions: readonly PlannedSubscription[];
  /** Known to the inventory, but taken out by the settings: their machines end as `outOfScope`. */
  readonly outOfScope: readonly string[];
  /** In scope (by settings, or by the run before) and not visible. */
  readonly blindSpots: readonly Omit<BlindSpot, 'since'>[];
  /** False when a configured management group could not be read, so that blind spots cannot be known. */
  readonly blindSpotsKnown: boolean;
  /** Of the identity that reads, for the commands that grant it a role; null where its token does not say. */
  readonly principalId: string | null;
  /** Why the subscription list itself cannot be trusted: `NoSubscriptions`, `SuspiciousTenantShrink`. */
  readonly reason: Reason | null;
}

/** A batch by where it is in the store. */
export interface BatchAddress {
  readonly runId: string;
  /** Of the plan that it was read for. */
  readonly planHash: string;
  /** Its number in that plan, from 0. */
  readonly batch: number;
}

/** Subscriptions of a plan that are read together. Its number is its place in the list of batches. */
export interface PlannedBatch {
  readonly subscriptionIds: readonly string[];
  /** Where they were read already, by an earlier run that could not publish them; null = this run reads them. */
  readonly takenFrom: BatchAddress | null;
}

/** A plan on record: what is read, and in which batches. */
export interface RecordedPlan {
  readonly plan: Plan;
  /** Those to read first, the biggest first among them; then those taken over. */
  readonly batches: readonly PlannedBatch[];
  /** Names the plan by its content: a batch says by it for which plan it was read. */
  readonly hash: string;
}

/** Where the batch of that number of a plan is, or will be. */
export function addressOf({ plan, hash, batches }: RecordedPlan, batch: number): BatchAddress {
  return batches[batch]?.takenFrom ?? { runId: plan.runId, planHash: hash, batch };
}
