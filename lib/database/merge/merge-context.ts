import type { Plan } from '../../inventory/plan.ts';
import type { Database } from '../database.ts';
import type { Thresholds } from '../findings/rule.ts';
import type { ChangeCounts } from './change-counts.ts';
import type { CoverageRows } from './coverage-rows.ts';
import type { Dictionary } from './dictionary.ts';
import type { Identities } from './identities/identities.ts';
import type { PresenceRows } from './identities/presence-rows.ts';
import type { Fingerprints, MachineIndex } from './machines/machine-index.ts';
import type { MachineWriter } from './machines/machine-writer.ts';
import type { PowerStateRows } from './machines/power-state-rows.ts';
import type { StoredReading } from './machines/stored-reading.ts';
import type { RoleRows } from './roles/role-rows.ts';
import type { Seen } from './seen.ts';
import type { UnseenRows } from './unseen-rows.ts';

/** Settings of a merge, including the thresholds of the findings. */
export interface MergeOptions extends Thresholds {
  /** Names of tags whose changes are not recorded. */
  readonly ignoredTags: readonly string[];
  readonly retentionDays: number;
  /** The clock, ISO 8601 UTC. The merge reads it when it begins and when it commits. */
  readonly finishedAt: () => string;
}

/** What the parts of one merge share. */
export interface MergeContext {
  readonly database: Database;
  readonly plan: Plan;
  /** When the merge began, epoch milliseconds. */
  readonly now: number;
  /** The run's number. Row versions begin and end at it. */
  readonly seq: number;
  /** Folded names. */
  readonly ignoredTags: ReadonlySet<string>;
  readonly counts: ChangeCounts;
  readonly dictionary: Dictionary;
  readonly coverage: CoverageRows;

  readonly indexes: (subscription: number) => readonly MachineIndex[];
  readonly fingerprints: Fingerprints;
  readonly stored: StoredReading;
  readonly writer: MachineWriter;
  readonly unseenMachines: UnseenRows;
  /** Machines that this run has read. */
  readonly seen: Seen;
  readonly powerStates: PowerStateRows;
  /** Machines whose power state this run has read. */
  readonly powerSeen: Seen;
  /** Machines that are new in this run, or back. */
  readonly begun: number[];
  /** Those of them that count as `virtualMachineCreated`. */
  readonly created: number[];

  readonly identities: Identities;
  readonly presence: PresenceRows;
  readonly unseenIdentities: UnseenRows;

  readonly roles: RoleRows;
  readonly roleChanges: PendingRoleChanges;
}

/** What the lists of role assignments showed, to settle when all lists are in. Times in epoch milliseconds. */
interface PendingRoleChanges {
  /** New in a subscription whose earlier complete list lacked them. */
  readonly began: { readonly assignment: number; readonly subscription: number; readonly notBefore: number | null }[];
  /** Missing from a complete list. */
  readonly missing: Set<number>;
  /** Their ids now describe another assignment. `isRemoved` = to another principal. */
  readonly replaced: Map<number, { readonly at: number; readonly isRemoved: boolean }>;
}
