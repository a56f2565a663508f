import type { CoverageCounts } from '../../inventory/coverage.ts';
import { reasonOf } from '../../inventory/plan.ts';
import type { Run } from '../../inventory/run.ts';
import { getRun } from '../queries/runs.ts';
import { listedUnder } from '../views/unnamed-attachments.ts';
import type { MergeContext } from './merge-context.ts';

/** Most machines are virtual machines: counting the others needs no join of a million rows. */
const countVirtualMachines = `SELECT (SELECT count(*) FROM machine_version WHERE valid_to IS NULL)
  - (SELECT count(*) FROM machine m CROSS JOIN machine_version v ON v.machine = m.id AND v.valid_to IS NULL
     WHERE m.type <> 0) AS n`;

/** Position 0 holds system-assigned identities. Each has its own principal id, so counting them compares no texts. */
const countPrincipals = `SELECT (SELECT count(DISTINCT identity) FROM attachment WHERE valid_to IS NULL AND position = 0)
  + (SELECT count(DISTINCT ifnull(i.principal_id, ${listedUnder('i.resource_key', null)}) COLLATE NOCASE) FROM identity i
     WHERE i.id IN (SELECT identity FROM attachment WHERE valid_to IS NULL AND position > 0)) AS n`;

/** The outcome of a merge. `finishedAt` is ISO 8601 UTC. */
interface RunOutcome {
  readonly coverage: CoverageCounts;
  readonly complete: boolean;
  readonly finishedAt: string;
}

/** Writes and returns the row of the run. */
export function writeRun(context: MergeContext, { coverage, complete, finishedAt }: RunOutcome): Run {
  const { database, plan, seq } = context;
  const reason = reasonOf(plan);
  const count = (sql: string): number => Number(database.prepare(sql).get()?.n);
  database
    .prepare(`INSERT INTO run (seq, id, trigger, scope, started_at, finished_at, status, complete, reason, virtual_machine_count,
      principal_count, coverage, changes, visible_subscriptions, blind_spots_known)
      VALUES (?, ?, ?, ?, ?, ?, 'succeeded', ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(
      seq,
      plan.runId,
      plan.trigger,
      plan.scope === null ? null : JSON.stringify(plan.scope),
      plan.startedAt,
      finishedAt,
      complete ? 1 : 0,
      reason === null ? null : JSON.stringify(reason),
      count(countVirtualMachines),
      count(countPrincipals),
      JSON.stringify(coverage),
      JSON.stringify(context.counts),
      plan.scope === null ? plan.subscriptions.length : null,
      plan.blindSpotsKnown ? 1 : 0,
    );
  const run = getRun(database, plan.runId);
  if (run === null) throw new Error(`run ${plan.runId} was not written`);
  return run;
}
