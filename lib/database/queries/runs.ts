import { kinds } from '../../inventory/coverage.ts';
import { type Severity, severities } from '../../inventory/finding.ts';
import { type Run, runStatuses, runTriggers } from '../../inventory/run.ts';
import type { Database } from '../database.ts';
import { integer, oneOf, type SqlRow, text, textOrNull } from './row-values.ts';
import { prepared } from './statements.ts';
import { storedChanges, storedCounts, storedReason, storedTexts } from './stored-json.ts';
import { perRun } from './while-open.ts';

/** Every run in the database, newest first. */
export function listRuns(database: Database): Run[] {
  return toRuns(database, prepared(database, 'SELECT * FROM run ORDER BY seq DESC').all());
}

/**
 * Runs by id, newest first.
 * @param before only runs with a lower, that is an older, id; null = from the newest
 */
export function listRunsBefore(database: Database, before: string | null, limit: number): Run[] {
  const sql = 'SELECT * FROM run WHERE id < coalesce($before, char(0x10FFFF)) ORDER BY id DESC LIMIT $limit';
  return toRuns(database, prepared(database, sql).all({ $before: before, $limit: limit }));
}

/** One run of the database; null if it has no run with this id. */
export function getRun(database: Database, id: string): Run | null {
  const row = prepared(database, 'SELECT * FROM run WHERE id = ?').get(id);
  return row === undefined ? null : toRun(row, requestsOf(database, integer(row, 'seq')));
}

/** The number of the newest run; 0 = there is none. */
export function readNewestSeq(database: Database): number {
  return Number(database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM run').get()?.seq);
}

/** How many blind spots and findings are new in a run. */
export interface Appeared {
  readonly blindSpots: number;
  readonly findings: Readonly<Record<Severity, number>>;
}

const newBlindSpots = 'SELECT count(*) AS count FROM blind_spot WHERE valid_from = $seq';

/** A finding also gets a new row when only its message or staleness changes. Such a row is not new. */
const newFindings = `
SELECT severity, count(*) AS count FROM finding f
WHERE valid_from = $seq AND NOT EXISTS (
  SELECT 1 FROM finding before
  WHERE before.rule = f.rule AND before.resource_id = f.resource_id AND before.principal_id = f.principal_id
    AND before.valid_to = $seq AND before.severity = f.severity)
GROUP BY severity`;

/** Counts what began with a run, including what had ended and came back, and findings that changed their severity. */
export function appearedInRun(database: Database, seq: number): Appeared {
  const blindSpots = prepared(database, newBlindSpots).get({ $seq: seq });
  const findings = { high: 0, medium: 0, low: 0 };
  for (const row of prepared(database, newFindings).all({ $seq: seq })) {
    findings[oneOf(severities, row.severity, 'severity')] = integer(row, 'count');
  }
  return { blindSpots: blindSpots === undefined ? 0 : integer(blindSpots, 'count'), findings };
}

/** Requests of a run. Known while the run has coverage rows of its own, that is for the last 30 runs. */
const requestsOf = perRun((database, seq): number => {
  const row = prepared(
    database,
    `SELECT coalesce(sum(c.requests), 0) AS requests FROM subscription_key s CROSS JOIN json_each($kinds) k CROSS JOIN coverage c
     ON c.subscription = s.id AND c.kind = k.value AND c.from_seq = $seq AND c.to_seq = $seq`,
  ).get({ $seq: seq, $kinds: JSON.stringify(kinds) });
  return row === undefined ? 0 : integer(row, 'requests');
});

/** The same for every run. This reads all of coverage, so it is kept for the newest run. */
const requestsByRun = perRun((database): ReadonlyMap<number, number> => {
  const sql = 'SELECT from_seq, sum(requests) AS requests FROM coverage WHERE from_seq = to_seq GROUP BY from_seq';
  const rows = prepared(database, sql).all();
  return new Map(rows.map((row) => [integer(row, 'from_seq'), integer(row, 'requests')]));
});

function toRuns(database: Database, rows: readonly SqlRow[]): Run[] {
  const requests = requestsByRun(database, readNewestSeq(database));
  return rows.map((row) => toRun(row, requests.get(integer(row, 'seq')) ?? 0));
}

function toRun(row: SqlRow, requests: number): Run {
  const coverage = storedCounts(text(row, 'coverage'));
  const { blindSpots: _, ...counts } = coverage;
  const subscriptions = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const virtualMachineCount = integer(row, 'virtual_machine_count');
  const finishedAt = text(row, 'finished_at');
  return {
    id: text(row, 'id'),
    trigger: oneOf(runTriggers, row.trigger, 'trigger'),
    status: oneOf(runStatuses, row.status, 'status'),
    scope: storedTexts(textOrNull(row, 'scope')),
    startedAt: text(row, 'started_at'),
    finishedAt,
    complete: integer(row, 'complete') === 1,
    reason: storedReason(textOrNull(row, 'reason')),
    virtualMachineCount,
    principalCount: integer(row, 'principal_count'),
    coverage,
    changes: storedChanges(text(row, 'changes')),
    progress: {
      step: 'done',
      subscriptionsDone: subscriptions,
      subscriptionsTotal: subscriptions,
      virtualMachines: virtualMachineCount,
      requests,
      updatedAt: finishedAt,
    },
  };
}
