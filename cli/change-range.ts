import type { Database } from '../lib/database/database.ts';
import { resolveChangeRange } from '../lib/database/queries/change-range.ts';
import type { ChangeRange } from '../lib/database/queries/types.ts';
import { runIdPattern } from '../lib/inventory/run.ts';
import { UsageError } from './usage-error.ts';

/**
 * Between which runs changes are asked for.
 * @param from of `--from`: a run id or a time; undefined: the run before `to`
 * @param to of `--to`: a run id or a time; undefined: the newest run
 * @throws {UsageError} `InvalidOption`: `from` comes after `to`, be it that no run lies between them
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 */
export function changeRange(database: Database, from: string | undefined, to: string | undefined): ChangeRange {
  if (from !== undefined && to !== undefined && isTime(from) && isTime(to) && from > to) {
    throw comesAfter(from, `--to, ${to}`);
  }
  const range = resolveChangeRange(database, from ?? null, to ?? null);
  if (range.from !== null && range.from.seq > range.to.seq) {
    throw comesAfter(from ?? range.from.runId, `run ${range.to.runId}`);
  }
  return range;
}

/** Times have one form by then, in which they sort. */
function isTime(given: string): boolean {
  return !runIdPattern.test(given);
}

function comesAfter(from: string, what: string): UsageError {
  return new UsageError('InvalidOption', `--from is '${from}', which comes after ${what}`);
}
