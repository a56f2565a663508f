import { fold } from '../../inventory/names/fold.ts';
import type { Plan } from '../../inventory/plan.ts';
import type { Database } from '../database.ts';
import { createChangeCounts } from './change-counts.ts';
import { openCoverageRows } from './coverage-rows.ts';
import { openDictionary } from './dictionary.ts';
import { openIdentities } from './identities/identities.ts';
import { openPresenceRows } from './identities/presence-rows.ts';
import { createFingerprints, prepareMachineIndexes } from './machines/machine-index.ts';
import { openMachineWriter } from './machines/machine-writer.ts';
import { openPowerStateRows } from './machines/power-state-rows.ts';
import { prepareStoredReading } from './machines/stored-reading.ts';
import type { MergeContext } from './merge-context.ts';
import { openRoleRows } from './roles/role-rows.ts';
import { createSeen } from './seen.ts';
import { openUnseenRows } from './unseen-rows.ts';

/** @param now epoch milliseconds */
export function createMergeContext(
  database: Database,
  plan: Plan,
  ignoredTags: readonly string[],
  now: number,
): MergeContext {
  const seq = Number(database.prepare('SELECT coalesce(max(seq), 0) + 1 AS seq FROM run').get()?.seq);
  const dictionary = openDictionary(database);
  const fingerprints = createFingerprints();
  const identities = openIdentities(database, dictionary);
  return {
    database,
    plan,
    now,
    seq,
    ignoredTags: new Set(ignoredTags.map(fold)),
    counts: createChangeCounts(),
    dictionary,
    coverage: openCoverageRows(database, seq, plan.afterSeq ?? 0),
    indexes: prepareMachineIndexes(database, fingerprints),
    fingerprints,
    stored: prepareStoredReading(database),
    writer: openMachineWriter(database, dictionary, identities, seq),
    unseenMachines: openUnseenRows(database, seq, 'unseen'),
    seen: createSeen(),
    powerStates: openPowerStateRows(database, seq),
    powerSeen: createSeen(),
    begun: [],
    created: [],
    identities,
    presence: openPresenceRows(database, seq),
    unseenIdentities: openUnseenRows(database, seq, 'identity_unseen'),
    roles: openRoleRows(database, seq),
    roleChanges: { began: [], missing: new Set(), replaced: new Map() },
  };
}
