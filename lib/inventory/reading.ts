import type { Reason } from '../errors.ts';
import type { Kind, KindCoverage } from './coverage.ts';
import type { RoleAssignmentReading, RoleDefinitionReading } from './roles/role.ts';
import type { FederatedCredential, UserAssignedIdentityReading } from './user-assigned-identity.ts';
import type { MachineReading, PowerStateReading } from './virtual-machine.ts';

/** How one kind of one subscription was read; written after its rows. */
export interface KindReading extends KindCoverage {
  readonly subscriptionId: string;
  readonly kind: Kind;
  /** When the reading began, ISO 8601 UTC. It proves absence up to that moment only. */
  readonly readAt: string;
}

interface Rows<Type extends string, Row> {
  readonly type: Type;
  readonly subscriptionId: string;
  /** One page of a list, in any number. */
  readonly rows: readonly Row[];
}

/**
 * One step of reading a subscription: `begin`, then pages of rows in any order, then one `end` for each kind.
 * Subscriptions interleave.
 */
export type ReadingEvent =
  | { readonly type: 'begin'; readonly subscriptionId: string; readonly readAt: string }
  /** Virtual machines, scale sets and Arc machines: the type of each row tells them apart. */
  | Rows<'machines', MachineReading>
  | Rows<'powerStates', PowerStateReading>
  | Rows<'identities', UserAssignedIdentityReading>
  /** Without assignments to users and groups. */
  | Rows<'roleAssignments', RoleAssignmentReading>
  /** The roles that assignments of a run name. Each comes at least once, with any of the subscriptions. */
  | Rows<'roleDefinitions', RoleDefinitionReading>
  | { readonly type: 'end'; readonly reading: KindReading };

/** Takes events as they come: the merge itself (command line), or a batch in Blob storage (Functions). */
export type ReadingSink = (event: ReadingEvent) => void;

/** A machine that another deployment keeps, although its newest reading did not show it. */
export interface UnseenMachine {
  readonly machine: MachineReading;
  /** The newest reading that had it, ISO 8601 UTC. */
  readonly lastSeen: string;
}

/** A step of copying what another deployment has read; `beginFrom` replaces `begin`. */
export type SourceEvent =
  | Exclude<ReadingEvent, { readonly type: 'begin' }>
  /** `source`: the container of that deployment, or its file. */
  | { readonly type: 'beginFrom'; readonly source: string; readonly subscriptionId: string; readonly readAt: string }
  /** The kind of these machines ends as `partial`, `failed` or `denied`. */
  | Rows<'unseen', UnseenMachine>;

export type SourceSink = (event: SourceEvent) => void;

/** The result of reading a machine or an identity by id after a list left it out. Only `absent` (404) ends it. */
export type Verification<Reading> =
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'present'; readonly reading: Reading }
  | { readonly outcome: 'unverified'; readonly reason: Reason };

/** A question that only the merge can ask. Azure is asked after all lists; `answer` is called before the commit. */
export type FollowUp =
  /** A complete list left it out. */
  | {
      readonly ask: 'machine';
      readonly resourceId: string;
      readonly type: MachineReading['type'];
      readonly answer: (verification: Verification<MachineReading>) => void;
    }
  /** It is on a machine or was listed before, and the complete list of its subscription left it out. */
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

/** The identity that a machine has now, which may differ from the listed one. null = the response left the id out. */
export interface SystemAssignedIdentityReading {
  readonly principalId: string | null;
  readonly clientId: string | null;
}
