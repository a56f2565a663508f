import type { AsOf, ChangeRange } from '../../../inventory/query.ts';
import { runIdPattern } from '../../../inventory/run.ts';
import type { Database } from '../../database.ts';
import { resolveAsOf } from '../as-of.ts';
import { text } from '../columns.ts';
import { prepared } from '../statements.ts';

/**
 * Between which runs changes are asked for: after `from`, up to and including `to`.
 * @param from a run id or a time; null: the run before `to`
 * @param to a run id or a time; null: the newest run
 * @returns `from` null where there is no run before `to`
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 * @throws {InventoryError} `InventoryNotReady`, `InvalidAsOf`
 */
export function resolveChangeRange(database: Database, from: string | null, to: string | null): ChangeRange {
  const until = resolveAsOf(database, to, 'to');
  return { from: from === null ? runBefore(database, until) : resolveAsOf(database, from, 'from'), to: until };
}

/**
 * Whether what was asked for begins after its end, be it that no run lies between the two.
 * @param asked run ids, or times in the one form that sorts (`2026-11-21T06:00:00.000Z`)
 */
export function beginsAfterItsEnd(
  { from, to }: ChangeRange,
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
): boolean {
  if (from !== null && from.seq > to.seq) return true;
  return isTime(asked.from) && isTime(asked.to) && asked.from > asked.to;
}

function isTime(asked: string | undefined): asked is string {
  return asked !== undefined && !runIdPattern.test(asked);
}

function runBefore(database: Database, { seq }: AsOf): AsOf | null {
  const row = prepared(database, 'SELECT id FROM run WHERE seq < ? ORDER BY seq DESC LIMIT 1').get(seq);
  return row === undefined ? null : resolveAsOf(database, text(row, 'id'));
}
