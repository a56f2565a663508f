import type { CoverageCounts } from '../../inventory/coverage.ts';
import type { Run } from '../../inventory/run.ts';
import { runStatuses } from '../../inventory/run.ts';
import type { Database } from '../database.ts';
import type { MergeContext } from './context.ts';

/** The run with that id, if it has been merged. */
export function mergedRun(database: Database, runId: string): Run | null {
  const row = database.prepare('SELECT * FROM run WHERE id = ?').get(runId);
  return row === undefined ? null : toRun(row);
}

/** A row of the table `run` as a Run. What the row holds as JSON was written by `writeRun`. */
export function toRun(row: Record<string, unknown>): Run {
  const scope = row.scope === null ? null : JSON.parse(String(row.scope));
  const coverage: CoverageCounts = JSON.parse(String(row.coverage));
  const trigger = String(row.trigger);
  const subscriptions = coverage.complete + coverage.partial + coverage.failed + coverage.denied + coverage.skipped;
  return {
    id: String(row.id),
    trigger: trigger === 'timer' || trigger === 'http' ? trigger : 'cli',
    status: runStatuses.find((status) => status === row.status) ?? 'succeeded',
    scope,
    startedAt: String(row.started_at),
    finishedAt: String(row.finished_at),
    complete: row.complete === 1,
    reason: row.reason === null ? null : JSON.parse(String(row.reason)),
    virtualMachineCount: Number(row.virtual_machine_count),
    principalCount: Number(row.principal_count),
    coverage,
    changes: JSON.parse(String(row.changes)),
    progress: {
      step: 'done',
      subscriptionsDone: subscriptions,
      subscriptionsTotal: subscriptions,
      virtualMachines: Number(row.virtual_machine_count),
      requests: 0,
      updatedAt: String(row.finished_at),
    },
  };
}

/** Outcome of a merge, as its run records it. */
export interface RunOutcome {
  readonly coverage: CoverageCounts;
  readonly complete: boolean;
  readonly requests: number;
  /** ISO 8601 UTC. */
  readonly finishedAt: string;
}

/** Writes the row of a run whose machines have been merged, and answers it. */
export function writeRun(context: MergeContext, { coverage, complete, requests, finishedAt }: RunOutcome): Run {
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
  const run = mergedRun(database, plan.runId);
  if (run === null) throw new Error(`run ${plan.runId} was not written`);
  return { ...run, progress: { ...run.progress, requests } };
}
