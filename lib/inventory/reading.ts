import type { Reason } from '../errors.ts';
import type { BlindSpot, Kind, KindCoverage } from './coverage.ts';
import type { RoleAssignmentReading, RoleDefinitionReading } from './role.ts';
import type { RunTrigger } from './run.ts';
import type { FederatedCredential, UserAssignedIdentityReading } from './user-assigned-identity.ts';
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
  /** Rows of `virtualMachines`, `scaleSets` and `arcMachines`: their `type` tells them apart. */
  machines(subscriptionId: string, page: readonly MachineReading[]): void;
  powerStates(subscriptionId: string, page: readonly PowerStateReading[]): void;
  identities(subscriptionId: string, page: readonly UserAssignedIdentityReading[]): void;
  /** Service principals' only. */
  roleAssignments(subscriptionId: string, page: readonly RoleAssignmentReading[]): void;
  /** Of the roles that assignments of this reading name; each at least once, in whichever subscription. */
  roleDefinitions(subscriptionId: string, page: readonly RoleDefinitionReading[]): void;
  end(coverage: KindReading): void;
}

/** A machine that another deployment keeps, though its newest reading did not show it. */
export interface UnseenMachine {
  readonly machine: MachineReading;
  /** The newest reading that had it, ISO 8601 UTC. */
  readonly lastSeen: string;
}

/** A sink that also takes what other deployments have read. */
export interface SourceSink extends ReadingSink {
  /** As `begin`, for a reading of another deployment. @param source its container, or the file that it is in */
  beginFrom(source: string, subscriptionId: string, readAt: string): void;
  /** Their kind ends as `partial`, `failed` or `denied`. */
  unseen(subscriptionId: string, page: readonly UnseenMachine[]): void;
}

/** What a read by id said of a machine or an identity that a list left out. Only `absent` (404) ends it. */
export type Verification<Reading> =
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'present'; readonly reading: Reading }
  | { readonly outcome: 'unverified'; readonly reason: Reason };

/** A question that only the merge knows to ask: put to Azure by id once the lists are in, and told before the commit. */
export type FollowUp =
  /** A complete list left it out. */
  | {
      readonly ask: 'machine';
      readonly resourceId: string;
      readonly type: MachineReading['type'];
      readonly answer: (verification: Verification<MachineReading>) => void;
    }
  /** On a machine, or listed before, and not in the complete listing of its subscription. */
  | {
      readonly ask: 'identity';
      readonly resourceId: string;
      readonly answer: (verification: Verification<UserAssignedIdentityReading>) => void;
    }
  /** Who may sign in as an identity that is on a machine. */
  | {
      readonly ask: 'federatedCredentials';
      readonly resourceId: string;
      readonly answer: (verification: Verification<readonly FederatedCredential[]>) => void;
    }
  /** The client id of a machine's system-assigned identity (`plan.clientIds`). */
  | {
      readonly ask: 'clientId';
      readonly resourceId: string;
      readonly answer: (verification: Verification<SystemAssignedIdentityReading>) => void;
    };

/** The system-assigned identity that a machine has when it is asked: by then it may be another. null = the answer left it out. */
export interface SystemAssignedIdentityReading {
  readonly principalId: string | null;
  readonly clientId: string | null;
}
