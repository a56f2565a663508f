import * as v from 'valibot';
import type { Reason } from '../errors.ts';
import { blindSpotShape, kinds } from './coverage.ts';
import { runTriggers } from './run.ts';
import { count, nullableText, reason, type ShapeOf, text } from './shape.ts';

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
const plannedSubscriptionShape = v.object({
  /** Lower case. */
  subscriptionId: text,
  displayName: text,
  tenantId: nullableText,
  /** Enabled, Warned, PastDue, Disabled or Deleted. */
  state: text,
  /** Why it is not read although it counts as complete: its state is `Deleted`, or its quota allows no machines. */
  skip: reason,
});
export type PlannedSubscription = ShapeOf<typeof plannedSubscriptionShape>;

/** What a run reads. It is made from the list of subscriptions, before anything else is read. */
const planShape = v.object({
  runId: text,
  trigger: v.picklist(runTriggers),
  startedAt: text,
  /**
   * Newest `seq` in the inventory before anything was read: what the run reads is newer than all that was merged up to
   * it, whatever the clocks say. 0 or absent = nothing is known to be older.
   */
  afterSeq: v.exactOptional(count),
  /** The subscriptions that were requested for this run; null = all that the settings allow. */
  scope: v.nullable(v.array(text)),
  kinds: v.array(v.picklist(kinds)),
  /** Also read the client ids of system-assigned identities, one request per machine. */
  clientIds: v.optional(v.boolean(), false),
  /** Visible and in scope; the biggest in the last run first. */
  subscriptions: v.array(plannedSubscriptionShape),
  /** Known to the inventory, but excluded by the settings: their machines end as `outOfScope`. */
  outOfScope: v.array(text),
  /** In scope (by settings, or by the run before) and not visible. */
  blindSpots: v.array(v.omit(blindSpotShape, ['since'])),
  /** False if there are configured management groups and none could be read: blind spots are unknown. */
  blindSpotsKnown: v.boolean(),
  /** Names each management group that could not be read, with its code; absent = all were read. */
  groupsNotRead: v.optional(v.nonNullable(reason)),
  /** Of the identity that reads, for the commands that grant it a role; null if its token does not say. */
  principalId: nullableText,
  /** Why the subscription list itself cannot be trusted: `NoSubscriptions`, `SuspiciousTenantShrink`. */
  reason,
});
export type Plan = ShapeOf<typeof planShape>;

/** Why a run is not complete as a whole, however its subscriptions were read: the reason of its row. */
export function reasonOf({ reason, groupsNotRead }: Plan): Reason | null {
  if (reason === null || groupsNotRead === undefined) return reason ?? groupsNotRead ?? null;
  return { ...reason, message: `${reason.message}. ${groupsNotRead.message}` };
}

/** The place of a batch in the store: its run, the hash of the plan it was read for, its number there, from 0. */
const batchAddressShape = v.object({ runId: text, planHash: text, batch: count });
export type BatchAddress = ShapeOf<typeof batchAddressShape>;

/** Subscriptions of a plan that are read together. The number of a batch is its index in the plan. */
const plannedBatchShape = v.object({
  subscriptionIds: v.array(text),
  /** The batch of an earlier run that has read them but could not publish them; null = this run reads them. */
  takenFrom: v.nullable(batchAddressShape),
});
export type PlannedBatch = ShapeOf<typeof plannedBatchShape>;

/** A recorded plan: what to read, in which batches. */
export const recordedPlanShape = v.object({
  /** Identifies the plan by its content. A batch names the plan it was read for by this hash. */
  hash: text,
  plan: planShape,
  /** First those to read, the biggest first; then the resumed ones. */
  batches: v.array(plannedBatchShape),
});
export type RecordedPlan = ShapeOf<typeof recordedPlanShape>;

/** The place of a batch of a plan, whether it is written yet or not. */
export function addressOf({ plan, hash, batches }: RecordedPlan, batch: number): BatchAddress {
  return batches[batch]?.takenFrom ?? { runId: plan.runId, planHash: hash, batch };
}
