import type { Database } from '../database.ts';
import type { MergeContext } from './merge-context.ts';

const dayMs = 86_400_000;

const temporal = [
  'machine_version',
  'attachment',
  'unseen',
  'blind_spot',
  'subscription',
  'identity_presence',
  'identity_unseen',
  'federated_credential',
  'role_assignment_seen',
  'finding',
];

/**
 * Removes rows that no other row refers to. An identity that is gone and was on no machine in the kept history is
 * removed entirely.
 */
const orphans = [
  'DELETE FROM power_state WHERE machine NOT IN (SELECT machine FROM machine_version)',
  'DELETE FROM machine WHERE id NOT IN (SELECT machine FROM machine_version)',
  'DELETE FROM attachment WHERE machine NOT IN (SELECT id FROM machine)',
  'DELETE FROM unseen WHERE machine NOT IN (SELECT id FROM machine)',
  `DELETE FROM identity_presence WHERE present = 0 AND valid_to IS NULL AND valid_from <= $horizon
    AND identity NOT IN (SELECT identity FROM attachment)`,
  `DELETE FROM identity WHERE id NOT IN (SELECT identity FROM attachment)
    AND id NOT IN (SELECT identity FROM identity_presence)`,
  'DELETE FROM identity_unseen WHERE identity NOT IN (SELECT id FROM identity)',
  'DELETE FROM federated_credential WHERE identity NOT IN (SELECT id FROM identity)',
  'DELETE FROM role_assignment WHERE id NOT IN (SELECT assignment FROM role_assignment_seen)',
  `UPDATE role_assignment SET replaces = NULL
    WHERE replaces IS NOT NULL AND replaces NOT IN (SELECT id FROM role_assignment)`,
  'DELETE FROM role_definition WHERE id NOT IN (SELECT role_definition FROM role_assignment)',
];

/**
 * Removes what ended before the horizon, the newest run that is older than the retention period. Open versions stay,
 * and the state at the horizon stays answerable. Clocks jump, so the present is the earlier of this run's time and that
 * of the run before. Only runs before the first one that is young enough are removed, even if a clock jumped between
 * them.
 */
export function prune({ database, plan }: MergeContext, retentionDays: number): void {
  const last = database.prepare('SELECT finished_at FROM run ORDER BY seq DESC LIMIT 1').get();
  if (last === undefined) return;
  const now = Math.min(Date.parse(plan.startedAt), Date.parse(String(last.finished_at)));
  const before = new Date(now - retentionDays * dayMs).toISOString();
  const horizon = database
    .prepare('SELECT max(seq) AS seq FROM run WHERE seq < (SELECT min(n.seq) FROM run n WHERE n.finished_at >= ?)')
    .get(before)?.seq;
  if (typeof horizon !== 'number') return;
  const pruned = database.prepare('DELETE FROM run WHERE seq < ?').run(horizon);
  if (pruned.changes === 0) return;
  for (const table of temporal) database.prepare(`DELETE FROM ${table} WHERE valid_to <= ?`).run(horizon);
  // The newest row of each kind and the newest complete one describe the present, however old they are.
  database
    .prepare(`DELETE FROM coverage WHERE to_seq < ?1
      AND EXISTS (SELECT 1 FROM coverage n WHERE n.subscription = coverage.subscription AND n.kind = coverage.kind
        AND n.from_seq > coverage.from_seq AND n.from_seq <= ?1 AND n.status IN ('complete', 'skipped') AND n.superseded = 0)`)
    .run(horizon);
  pruneAuthors(database, horizon);
  for (const sql of orphans) {
    const statement = database.prepare(sql);
    statement.setAllowUnknownNamedParameters(true);
    statement.run({ $horizon: horizon });
  }
}

/** Authors are personal data, so their bytes do not stay in free pages of the file either. */
function pruneAuthors(database: Database, horizon: number): void {
  database.exec('PRAGMA secure_delete = ON');
  database.prepare('DELETE FROM change_author WHERE seq <= ?').run(horizon);
  database.exec('PRAGMA secure_delete = OFF');
}
