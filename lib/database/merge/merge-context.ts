import type { Plan } from '../../inventory/plan.ts';
import type { Database } from '../database.ts';
import type { Thresholds } from '../findings/rule.ts';
import { createChangeCounts } from './change-counts.ts';
import { openCoverageRows } from './coverage-rows.ts';
import { openDictionary } from './dictionary.ts';
import { openIdentities } from './identities/identities.ts';
import { openPresenceRows } from './identities/presence-rows.ts';
import { prepareMachineIndexes } from './machines/machine-index.ts';
import { openMachineWriter } from './machines/machine-writer.ts';
import { prepareStoredReading } from './machines/stored-reading.ts';
import { openRoleRows } from './roles/role-rows.ts';
import { createSeen } from './seen.ts';
import { openUnseenRows } from './unseen-rows.ts';

/** Settings of a merge, including the thresholds of the findings. */
export interface MergeOptions extends Thresholds {
  /** Names of tags whose changes are not recorded. */
  readonly ignoredTags: readonly string[];
  readonly retentionDays: number;
  /** The clock, ISO 8601 UTC. The merge reads it when it begins and when it commits. */
  readonly finishedAt: () => string;
}

/** What the parts of one merge share. */
export type MergeContext = Readonly<ReturnType<typeof createMergeContext>>;

/** What the lists of role assignments showed, to settle when all lists are in. Times in epoch milliseconds. */
interface PendingRoleChanges {
  /** New in a subscription whose earlier complete list lacked them. */
  readonly began: { readonly assignment: number; readonly subscription: number; readonly notBefore: number | null }[];
  /** Missing from a complete list. */
  readonly missing: Set<number>;
  /** Their ids now describe another assignment. `isRemoved` = to another principal. */
  readonly replaced: Map<number, { readonly at: number; readonly isRemoved: boolean }>;
}

/** @param now when the merge began, epoch milliseconds */
export function createMergeContext(database: Database, plan: Plan, ignoredTags: readonly string[], now: number) {
  /** The run's number. Row versions begin and end at it. */
  const seq = Number(database.prepare('SELECT coalesce(max(seq), 0) + 1 AS seq FROM run').get()?.seq);
  const dictionary = openDictionary(database);
  const identities = openIdentities(database, dictionary);
  /** Machines that are new in this run, or back. `created` = counted as `virtualMachineCreated`. */
  const begun: { readonly machine: number; readonly created: boolean }[] = [];
  const roleChanges: PendingRoleChanges = { began: [], missing: new Set(), replaced: new Map() };
  return {
    database,
    plan,
    now,
    seq,
    /** Lower case. */
    ignoredTags: new Set(ignoredTags.map((name) => name.toLowerCase())),
    counts: createChangeCounts(),
    dictionary,
    coverage: openCoverageRows(database, seq, plan.afterSeq ?? 0),
    indexes: prepareMachineIndexes(database),
    stored: prepareStoredReading(database),
    writer: openMachineWriter(database, dictionary, identities, seq),
    unseenMachines: openUnseenRows(database, seq, 'unseen'),
    /** Machines that this run has read. */
    seen: createSeen(),
    /** Machines whose power state this run has read. */
    powerSeen: createSeen(),
    begun,
    identities,
    presence: openPresenceRows(database, seq),
    unseenIdentities: openUnseenRows(database, seq, 'identity_unseen'),
    roles: openRoleRows(database, seq),
    roleChanges,
  };
}
