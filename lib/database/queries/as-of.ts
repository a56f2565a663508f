import { InventoryError, NotFoundError } from '../../errors.ts';
import type { AsOf } from '../../inventory/query.ts';
import { runIdPattern } from '../../inventory/run.ts';
import type { Database } from '../database.ts';
import { integer, type SqlRow, text } from './columns.ts';
import { prepared } from './statements.ts';

const columns = 'SELECT seq, id, finished_at FROM run';

/**
 * The run whose state is asked for.
 * @param asOf a run id, or a time (ISO 8601): the newest run finished by then; null: the newest run
 * @param name what the caller calls it
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

function runById(database: Database, id: string): AsOf {
  const found = toAsOf(prepared(database, `${columns} WHERE id = ?`).get(id));
  if (found !== null) return found;
  throw new NotFoundError('RunNotFound', `The inventory has no run ${id}`, { hint: 'Run: vm-identities runs' });
}

function runAt(database: Database, time: string, name: string): AsOf {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) {
    throw new InventoryError('InvalidAsOf', `${name} is "${time}", which is neither a run id nor a time`, {
      hint: 'A run id looks like 20261121T060000Z-3f2a, a time like 2026-11-21T06:00:00Z',
    });
  }
  // Compared as times, not as texts: "…00Z" and "…00.000Z" are the same moment.
  const found = toAsOf(
    prepared(
      database,
      `${columns} WHERE round(unixepoch(finished_at, 'subsec') * 1000) <= ? ORDER BY seq DESC LIMIT 1`,
    ).get(milliseconds),
  );
  if (found !== null) return found;
  throw new NotFoundError('NoRunAtThatTime', `No run had finished by ${time}`, { hint: 'Run: vm-identities runs' });
}

function toAsOf(row: SqlRow | undefined): AsOf | null {
  if (row === undefined) return null;
  return { seq: integer(row, 'seq'), runId: text(row, 'id'), finishedAt: text(row, 'finished_at') };
}
