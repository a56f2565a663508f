import type { Reason } from '../errors.ts';
import type { Kind, KindCoverage } from './coverage.ts';
import type { RoleAssignmentReading, RoleDefinitionReading } from './role.ts';
import type { FederatedCredential, UserAssignedIdentityReading } from './user-assigned-identity.ts';
import type { MachineReading, PowerStateReading } from './virtual-machine.ts';

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
