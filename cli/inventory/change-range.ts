import type { Database } from '../../lib/database/database.ts';
import { beginsAfterItsEnd, resolveChangeRange } from '../../lib/database/queries/as-of.ts';
import type { ChangeRange } from '../../lib/inventory/query.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Between which runs changes are asked for.
 * @param from of `--from`: a run id or a time; undefined: the run before `to`
 * @param to of `--to`: a run id or a time; undefined: the newest run
 * @throws {UsageError} `InvalidOption`: `from` comes after `to`, be it that no run lies between them
 * @throws {NotFoundError} `RunNotFound`, `NoRunAtThatTime`
 */
export function changeRange(database: Database, from: string | undefined, to: string | undefined): ChangeRange {
  const range = resolveChangeRange(database, from ?? null, to ?? null);
  if (!beginsAfterItsEnd(range, { from, to })) return range;
  const end = to === undefined ? `run ${range.to.runId}` : `--to, ${to}`;
  throw new UsageError('InvalidOption', `--from is '${from ?? ''}', which comes after ${end}`);
}
