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
import { openPowerStateRows } from './machines/power-state-rows.ts';
import { prepareStoredReading } from './machines/stored-reading.ts';
import { openUnseenRows } from './machines/unseen-rows.ts';
import { createRoleChanges } from './roles/role-changes.ts';
import { openRoleRows } from './roles/role-rows.ts';
import { createSeen } from './seen.ts';

/** What a merge goes by, from the settings: the thresholds of the findings among them. */
export interface MergeOptions extends Thresholds {
  /** Tag names whose changes are no changes. */
  readonly ignoredTags: readonly string[];
  readonly retentionDays: number;
  /** The clock, ISO 8601 UTC: asked at the beginning, and at commit. */
  readonly finishedAt: () => string;
}

/** What the parts of one merge share: the run's place in the order of merges, statements, and what was seen. */
export type MergeContext = ReturnType<typeof createMergeContext>;

/**
 * @param ignoredTags tag names whose changes are no changes
 * @param now the time, epoch milliseconds
 */
export function createMergeContext(database: Database, plan: Plan, ignoredTags: readonly string[], now: number) {
  const seq = Number(database.prepare('SELECT coalesce(max(seq), 0) + 1 AS seq FROM run').get()?.seq);
  const dictionary = openDictionary(database);
  const identities = openIdentities(database, dictionary);
  /** Machines that began in this run (new, or back after an end), for rule 5; `created` = counted as such a change. */
  const fresh: { readonly machine: number; readonly created: boolean }[] = [];
  return {
    database,
    plan,
    now,
    seq,
    dictionary,
    identities,
    fresh,
    /** Lower case. */
    ignoredTags: new Set(ignoredTags.map((name) => name.toLowerCase())),
    counts: createChangeCounts(),
    writer: openMachineWriter(database, dictionary, identities, seq),
    stored: prepareStoredReading(database),
    indexes: prepareMachineIndexes(database),
    coverage: openCoverageRows(database, seq, plan.afterSeq ?? 0),
    seen: createSeen(),
    powerSeen: createSeen(),
    powerRows: openPowerStateRows(database, seq),
    unseen: openUnseenRows(database, seq),
    presence: openPresenceRows(database, seq),
    roles: openRoleRows(database, seq),
    roleChanges: createRoleChanges(),
  };
}
