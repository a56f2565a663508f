import type { Kind } from '../../inventory/coverage.ts';
import type { KindReading } from '../../inventory/reading.ts';
import type { Database } from '../database.ts';
import { integer, integerOrNull, text } from '../queries/row-values.ts';

/** The newest runs, whose coverage stays row by row. Older rows are folded into periods of equal status and reason. */
const keptRuns = 30;

/** When one kind of a subscription was read before this run, epoch milliseconds; null = never. */
interface EarlierReadings {
  /** The newest reading that showed rows (complete or partial). */
  readonly newestShown: number | null;
  /** The same, among the readings merged after `Plan.afterSeq`: this run did not know of them. */
  readonly newestUnknown: number | null;
  readonly newestComplete: number | null;
}

/** Rows of the table `coverage`. */
export type CoverageRows = ReturnType<typeof openCoverageRows>;

/** @param afterSeq see `Plan.afterSeq` */
export function openCoverageRows(database: Database, seq: number, afterSeq: number) {
  const selectEarlier = database.prepare(`
    SELECT kind, max(CASE WHEN status IN ('complete', 'partial', 'skipped') THEN read_at END) AS shown,
      max(CASE WHEN status IN ('complete', 'partial', 'skipped') AND to_seq > ? THEN read_at END) AS unknown,
      max(CASE WHEN status IN ('complete', 'skipped') THEN read_at END) AS complete
    FROM coverage WHERE subscription = ? AND superseded = 0 AND from_seq < ? GROUP BY kind`);
  const insert = database.prepare(`INSERT INTO coverage
    (subscription, kind, from_seq, to_seq, status, reason, count, requests, pages, retries, throttled_ms, request_id, read_at,
      superseded, source)
    VALUES ($subscription, $kind, $seq, $seq, $status, $reason, $count, $requests, $pages, $retries, $throttledMilliseconds,
      $requestId, $readAt, $superseded, $source)`);
  insert.setAllowUnknownNamedParameters(true);
  const selectOldest = database.prepare(`
    SELECT from_seq, to_seq, status, reason ->> 'code' AS code, count, read_at, superseded, source FROM coverage
    WHERE subscription = ? AND kind = ? ORDER BY from_seq DESC LIMIT 2 OFFSET ${keptRuns}`);
  const extend = database.prepare(`UPDATE coverage SET to_seq = ?, count = ?, read_at = ?
    WHERE subscription = ? AND kind = ? AND from_seq = ?`);
  const remove = database.prepare('DELETE FROM coverage WHERE subscription = ? AND kind = ? AND from_seq = ?');

  /** Folds the row that leaves the newest runs into the period before it, where both have the same outcome. */
  const fold = (subscription: number, kind: Kind): void => {
    const [row, period] = selectOldest.all(subscription, kind);
    if (row === undefined || period === undefined) return;
    const isSame = row.status === period.status && row.source === period.source && row.code === period.code;
    if (row.superseded !== 1 && !isSame) return;
    remove.run(subscription, kind, integer(row, 'from_seq'));
    if (row.superseded === 1) return;
    const values = ['to_seq', 'count', 'read_at'].map((column) => integer(row, column));
    extend.run(...values, subscription, kind, integer(period, 'from_seq'));
  };
  return {
    /** By kind, without the kinds that were never read. */
    earlier: (subscription: number): ReadonlyMap<string, EarlierReadings> =>
      new Map(
        selectEarlier.all(afterSeq, subscription, seq).map((row) => [
          text(row, 'kind'),
          {
            newestShown: integerOrNull(row, 'shown'),
            newestUnknown: integerOrNull(row, 'unknown'),
            newestComplete: integerOrNull(row, 'complete'),
          },
        ]),
      ),
    /** @param source number of the text that names the deployment that read it; null = this deployment */
    write(subscription: number, reading: KindReading, isSuperseded: boolean, source: number | null): void {
      const reason = reading.reason === null ? null : JSON.stringify(reading.reason);
      const readAt = Date.parse(reading.readAt);
      insert.run({ ...reading, subscription, seq, reason, readAt, superseded: isSuperseded ? 1 : 0, source });
      fold(subscription, reading.kind);
    },
  };
}
