import type { CoverageCounts } from '../../inventory/coverage.ts';
import { type Run, type RunTrigger, runStatuses } from '../../inventory/run.ts';
import type { Database } from '../database.ts';
import { integer, oneOf, type SqlRow, text, textOrNull } from './columns.ts';
import { prepared } from './statements.ts';
import { storedChanges, storedCounts, storedReason, storedTexts } from './stored-json.ts';

const triggers: readonly RunTrigger[] = ['timer', 'http', 'cli'];

/** Requests of a run: known while its coverage rows stand alone, that is for the last 30 runs. */
const columns = `SELECT r.*, coalesce(c.requests, 0) AS requests FROM run r LEFT JOIN (
  SELECT from_seq, sum(requests) AS requests FROM coverage WHERE from_seq = to_seq GROUP BY from_seq
) c ON c.from_seq = r.seq`;

/** Every run that is merged into the database, the newest first. */
export function listRuns(database: Database): Run[] {
  return prepared(database, `${columns} ORDER BY r.seq DESC`).all().map(toRun);
}

/** A run that is merged into the database; null if there is none of that id. */
export function getRun(database: Database, id: string): Run | null {
  const row = prepared(database, `${columns} WHERE r.id = ?`).get(id);
  return row === undefined ? null : toRun(row);
}

function toRun(row: SqlRow): Run {
  const coverage = storedCounts(text(row, 'coverage'));
  const subscriptions = subscriptionsIn(coverage);
  const finishedAt = text(row, 'finished_at');
  return {
    id: text(row, 'id'),
    trigger: oneOf(triggers, row.trigger, 'trigger'),
    status: oneOf(runStatuses, row.status, 'status'),
    scope: storedTexts(textOrNull(row, 'scope')),
    startedAt: text(row, 'started_at'),
    finishedAt,
    complete: integer(row, 'complete') === 1,
    reason: storedReason(textOrNull(row, 'reason')),
    virtualMachineCount: integer(row, 'virtual_machine_count'),
    principalCount: integer(row, 'principal_count'),
    coverage,
    changes: storedChanges(text(row, 'changes')),
    progress: {
      step: 'done',
      subscriptionsDone: subscriptions,
      subscriptionsTotal: subscriptions,
      virtualMachines: integer(row, 'virtual_machine_count'),
      requests: integer(row, 'requests'),
      updatedAt: finishedAt,
    },
  };
}

function subscriptionsIn(coverage: CoverageCounts): number {
  return coverage.complete + coverage.partial + coverage.failed + coverage.denied + coverage.skipped;
}
