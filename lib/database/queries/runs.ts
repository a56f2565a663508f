import { type CoverageCounts, kinds } from '../../inventory/coverage.ts';
import { type Run, type RunTrigger, runStatuses } from '../../inventory/run.ts';
import type { Database } from '../database.ts';
import { integer, oneOf, type SqlRow, text, textOrNull } from './columns.ts';
import { readNewestSeq } from './coverage/known-subscriptions.ts';
import { perRun } from './per-run.ts';
import { prepared } from './statements.ts';
import { storedChanges, storedCounts, storedReason, storedTexts } from './stored-json.ts';

const triggers: readonly RunTrigger[] = ['timer', 'http', 'cli'];

/** Every run that is merged into the database, the newest first. */
export function listRuns(database: Database): Run[] {
  const rows = prepared(database, 'SELECT * FROM run ORDER BY seq DESC').all();
  return withRequests(database, rows);
}

/**
 * Runs by their ids, the newest first.
 * @param before only runs that come before this id, that is older ones; null = from the newest on
 */
export function listRunsBefore(database: Database, before: string | null, limit: number): Run[] {
  const rows = prepared(
    database,
    'SELECT * FROM run WHERE id < coalesce($before, char(0x10FFFF)) ORDER BY id DESC LIMIT $limit',
  ).all({ $before: before, $limit: limit });
  return withRequests(database, rows);
}

/** A run that is merged into the database; null if there is none of that id. */
export function getRun(database: Database, id: string): Run | null {
  const row = prepared(database, 'SELECT * FROM run WHERE id = ?').get(id);
  return row === undefined ? null : toRun(row, requestsOf(database, integer(row, 'seq')));
}

function withRequests(database: Database, rows: readonly SqlRow[]): Run[] {
  const requests = requestsByRun(database, readNewestSeq(database));
  return rows.map((row) => toRun(row, requests.get(integer(row, 'seq')) ?? 0));
}

/** Requests of a run: known while its coverage rows stand alone, that is for the last 30 runs. */
const requestsOf = perRun((database: Database, seq: number): number => {
  const row = prepared(
    database,
    `SELECT coalesce(sum(c.requests), 0) AS requests FROM subscription_key s CROSS JOIN json_each($kinds) k CROSS JOIN coverage c
     ON c.subscription = s.id AND c.kind = k.value AND c.from_seq = $seq AND c.to_seq = $seq`,
  ).get({ $seq: seq, $kinds: JSON.stringify(kinds) });
  return row === undefined ? 0 : integer(row, 'requests');
});

/** The same of every run, as of the newest: this reads all of coverage. */
const requestsByRun = perRun((database: Database): ReadonlyMap<number, number> => {
  const rows = prepared(
    database,
    'SELECT from_seq, sum(requests) AS requests FROM coverage WHERE from_seq = to_seq GROUP BY from_seq',
  ).all();
  return new Map(rows.map((row) => [integer(row, 'from_seq'), integer(row, 'requests')]));
});

function toRun(row: SqlRow, requests: number): Run {
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
      requests,
      updatedAt: finishedAt,
    },
  };
}

function subscriptionsIn(coverage: CoverageCounts): number {
  return coverage.complete + coverage.partial + coverage.failed + coverage.denied + coverage.skipped;
}
