import { InventoryError, NotFoundError } from '../../errors.ts';
import type { AsOf, ChangeRange } from '../../inventory/query.ts';
import { runIdPattern } from '../../inventory/run.ts';
import type { Database } from '../database.ts';
import { integer, type SqlRow, text } from './row-values.ts';
import { prepared } from './statements.ts';

const columns = 'SELECT seq, id, finished_at FROM run';
const seeRuns = { hint: 'To see the runs, run: vm-identities runs' };

/**
 * The run that a query answers from.
 * @param asOf a run id, or a time (ISO 8601): the newest run that had finished by then; null: the newest run
 * @param name of the parameter, for messages
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 * @throws {InventoryError} `InventoryNotReady` there is no run at all; `InvalidAsOf` neither a run id nor a time
 */
export function resolveAsOf(database: Database, asOf: string | null, name = 'asOf'): AsOf {
  const newest = toAsOf(prepared(database, `${columns} ORDER BY seq DESC LIMIT 1`).get());
  if (newest === null) {
    throw new InventoryError('InventoryNotReady', 'The inventory has no run yet', {
      hint: 'Run: vm-identities collect',
    });
  }
  if (asOf === null) return newest;
  return runIdPattern.test(asOf) ? runById(database, asOf) : runAt(database, asOf, name);
}

/**
 * The runs to compare: changes after `from`, up to and including `to`.
 * @param from a run id or a time; null: the run before `to`
 * @param to a run id or a time; null: the newest run
 * @returns `from` null when there is no run before `to`
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 * @throws {InventoryError} `InventoryNotReady`, `InvalidAsOf`
 */
export function resolveChangeRange(database: Database, from: string | null, to: string | null): ChangeRange {
  const until = resolveAsOf(database, to, 'to');
  return { from: from === null ? runBefore(database, until) : resolveAsOf(database, from, 'from'), to: until };
}

/**
 * Whether a requested range begins after its end, even if no run lies between the two.
 * @param requested run ids, or times in the one form that sorts (`2026-11-21T06:00:00.000Z`)
 */
export function beginsAfterItsEnd(
  { from, to }: ChangeRange,
  requested: { readonly from?: string | undefined; readonly to?: string | undefined },
): boolean {
  if (from !== null && from.seq > to.seq) return true;
  return isTime(requested.from) && isTime(requested.to) && requested.from > requested.to;
}

function isTime(requested: string | undefined): requested is string {
  return requested !== undefined && !runIdPattern.test(requested);
}

function runBefore(database: Database, { seq }: AsOf): AsOf | null {
  const row = prepared(database, 'SELECT id FROM run WHERE seq < ? ORDER BY seq DESC LIMIT 1').get(seq);
  return row === undefined ? null : resolveAsOf(database, text(row, 'id'));
}

function runById(database: Database, id: string): AsOf {
  const run = toAsOf(prepared(database, `${columns} WHERE id = ?`).get(id));
  if (run !== null) return run;
  throw new NotFoundError('RunNotFound', `The inventory has no run ${id}`, seeRuns);
}

function runAt(database: Database, time: string, name: string): AsOf {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) {
    const allowed = 'a run id such as 20261121T060000Z-3f2a, or a time such as 2026-11-21T06:00:00Z';
    throw new InventoryError('InvalidAsOf', `${name} is '${time}'; allowed: ${allowed}`);
  }
  // Compared as times, not as texts: "…00Z" and "…00.000Z" are the same moment.
  const finishedByThen = `${columns} WHERE round(unixepoch(finished_at, 'subsec') * 1000) <= ? ORDER BY seq DESC LIMIT 1`;
  const run = toAsOf(prepared(database, finishedByThen).get(milliseconds));
  if (run !== null) return run;
  throw new NotFoundError('NoRunAtThatTime', `No run had finished by ${time}`, seeRuns);
}

function toAsOf(row: SqlRow | undefined): AsOf | null {
  if (row === undefined) return null;
  return { seq: integer(row, 'seq'), runId: text(row, 'id'), finishedAt: text(row, 'finished_at') };
}
