import type { CoverageCounts } from '../../inventory/coverage.ts';
import type { Run } from '../../inventory/run.ts';
import { getRun } from '../queries/runs.ts';
import { listedUnder } from '../views/unnamed-attachments.ts';
import type { MergeContext } from './create-merge-context.ts';

/** Outcome of a merge, as its run records it. */
export interface RunOutcome {
  readonly coverage: CoverageCounts;
  readonly complete: boolean;
  /** ISO 8601 UTC. */
  readonly finishedAt: string;
}

/** Writes the row of a run whose machines have been merged, and answers it. */
export function writeRun(context: MergeContext, { coverage, complete, finishedAt }: RunOutcome): Run {
  const { database, plan, seq } = context;
  // Nearly all are virtual machines: counting the others needs no join of a million rows.
  const machines = database
    .prepare(`SELECT (SELECT count(*) FROM machine_version WHERE valid_to IS NULL)
      - (SELECT count(*) FROM machine m CROSS JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL
         WHERE m.type <> 0) AS n`)
    .get()?.n;
  // Position 0 holds system-assigned identities, of which each has a principal id of its own: no need to look at a million of them.
  const principals = database
    .prepare(`SELECT (SELECT count(DISTINCT identity) FROM attachment WHERE valid_to IS NULL AND position = 0)
      + (SELECT count(DISTINCT ifnull(i.principal_id, ${listedUnder('i.resource_id', null)}) COLLATE NOCASE) FROM identity i
         WHERE i.id IN (SELECT identity FROM attachment WHERE valid_to IS NULL AND position > 0)) AS n`)
    .get()?.n;
  database
    .prepare(`INSERT INTO run (seq, id, trigger, scope, started_at, finished_at, status, complete, reason, virtual_machine_count,
      principal_count, coverage, changes, visible_subscriptions, blind_spots_known) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(
      seq,
      plan.runId,
      plan.trigger,
      plan.scope === null ? null : JSON.stringify(plan.scope),
      plan.startedAt,
      finishedAt,
      'succeeded',
      complete ? 1 : 0,
      plan.reason === null ? null : JSON.stringify(plan.reason),
      Number(machines),
      Number(principals),
      JSON.stringify(coverage),
      JSON.stringify(context.counts),
      plan.scope === null ? plan.subscriptions.length : null,
      plan.blindSpotsKnown ? 1 : 0,
    );
  const run = getRun(database, plan.runId);
  if (run === null) throw new Error(`run ${plan.runId} was not written`);
  return run;
}
