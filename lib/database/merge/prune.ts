import type { MergeContext } from './context.ts';

const dayMs = 86_400_000;

/**
 * Forgets what ended before the retention's horizon: the newest run that is older than it. Open versions are never touched,
 * and the state at the horizon itself stays answerable.
 */
export function prune({ database, plan }: MergeContext, retentionDays: number): void {
  const before = new Date(Date.parse(plan.startedAt) - retentionDays * dayMs).toISOString();
  const horizon = database.prepare('SELECT max(seq) AS seq FROM run WHERE finished_at < ?').get(before)?.seq;
  if (typeof horizon !== 'number') return;
  const pruned = database.prepare('DELETE FROM run WHERE seq < ?').run(horizon);
  if (pruned.changes === 0) return;
  for (const table of ['machine_version', 'attachment', 'unseen', 'blind_spot', 'subscription']) {
    database.prepare(`DELETE FROM ${table} WHERE valid_to <= ?`).run(horizon);
  }
  // The newest row of each kind, and the newest complete one, say what is known now however old they are.
  database
    .prepare(`DELETE FROM coverage WHERE to_seq < ?1
      AND EXISTS (SELECT 1 FROM coverage n WHERE n.subscription = coverage.subscription AND n.kind = coverage.kind
        AND n.from_seq > coverage.from_seq AND n.from_seq <= ?1 AND n.status IN ('complete', 'skipped') AND n.superseded = 0)`)
    .run(horizon);
  for (const sql of [
    'DELETE FROM power_state WHERE machine NOT IN (SELECT machine FROM machine_version)',
    'DELETE FROM machine WHERE id NOT IN (SELECT machine FROM machine_version)',
    'DELETE FROM attachment WHERE machine NOT IN (SELECT id FROM machine)',
    'DELETE FROM unseen WHERE machine NOT IN (SELECT id FROM machine)',
    'DELETE FROM identity WHERE id NOT IN (SELECT identity FROM attachment)',
  ]) {
    database.exec(sql);
  }
}
