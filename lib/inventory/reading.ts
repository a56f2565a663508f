import type { Reason } from '../errors.ts';
import type { BlindSpot, Kind, KindCoverage } from './coverage.ts';
import type { RunTrigger } from './run.ts';
import type { MachineReading, PowerStateReading } from './virtual-machine.ts';

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
  /** The subscriptions that this one run was asked for; null = all that the settings allow. */
  readonly scope: readonly string[] | null;
  readonly kinds: readonly Kind[];
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

/** How one kind of one subscription was read; written after its rows. */
export interface KindReading extends KindCoverage {
  readonly subscriptionId: string;
  readonly kind: Kind;
  /** When the reading began, ISO 8601 UTC: what it says of absence holds for no later moment. */
  readonly readAt: string;
}

/**
 * Where a reading goes, as it comes: the merge itself (command line), or a batch in Blob storage (Functions).
 * For each subscription: `begin`, then rows in any mixture, then one `end` per kind. Subscriptions interleave.
 */
export interface ReadingSink {
  begin(subscriptionId: string, readAt: string): void;
  machines(subscriptionId: string, page: readonly MachineReading[]): void;
  powerStates(subscriptionId: string, page: readonly PowerStateReading[]): void;
  end(coverage: KindReading): void;
}

/** What the read by id said of a machine that a list left out. Only `absent` (404) ends it. */
export type Verification =
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'present'; readonly machine: MachineReading }
  | { readonly outcome: 'unverified'; readonly reason: Reason };
