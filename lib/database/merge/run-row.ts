import type { CoverageCounts } from '../../inventory/coverage.ts';
import type { Run } from '../../inventory/run.ts';
import { getRun } from '../queries/runs.ts';
import type { MergeContext } from './context.ts';

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
  const machines = database.prepare('SELECT count(*) AS n FROM machine_version WHERE valid_to IS NULL').get()?.n;
  const principals = database
    .prepare(`SELECT count(DISTINCT i.principal_id) AS n FROM identity i
      WHERE EXISTS (SELECT 1 FROM attachment a WHERE a.identity = i.id AND a.valid_to IS NULL)`)
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
