import type { Kind } from '../../inventory/coverage.ts';
import type { KindReading } from '../../inventory/reading.ts';
import type { Database } from '../database.ts';

/** Runs whose coverage is kept row by row; older rows are folded into periods of equal status and reason. */
const keptRuns = 30;

/** When one kind of a subscription was read before this run, epoch milliseconds; null = never. */
export interface EarlierReadings {
  /** The newest that showed rows (complete or partial). */
  readonly newestShown: number | null;
  /** The same, of those that were merged after `Plan.afterSeq` only: this run did not know of them. */
  readonly newestUnknown: number | null;
  readonly newestComplete: number | null;
}

export interface CoverageRows {
  /** By kind; a kind that was never read is left out. */
  earlier(subscription: number): ReadonlyMap<string, EarlierReadings>;
  /** @param source number of the text that names another deployment; null = this one read it */
  write(subscription: number, reading: KindReading, superseded: boolean, source: number | null): void;
}

/** @param afterSeq see `Plan.afterSeq` */
export function openCoverageRows(database: Database, seq: number, afterSeq: number): CoverageRows {
  const earlier = database.prepare(`
    SELECT kind, max(CASE WHEN status IN ('complete', 'partial', 'skipped') THEN read_at END) AS shown,
      max(CASE WHEN status IN ('complete', 'partial', 'skipped') AND to_seq > ? THEN read_at END) AS unknown,
      max(CASE WHEN status IN ('complete', 'skipped') THEN read_at END) AS complete
    FROM coverage WHERE subscription = ? AND superseded = 0 AND from_seq < ? GROUP BY kind`);
  const insert = database.prepare(`INSERT INTO coverage
    (subscription, kind, from_seq, to_seq, status, reason, count, requests, pages, retries, throttled_ms, request_id, read_at, superseded,
      source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const folding = database.prepare(`
    SELECT from_seq, to_seq, status, reason, count, read_at, superseded, source FROM coverage
    WHERE subscription = ? AND kind = ? ORDER BY from_seq DESC LIMIT 2 OFFSET ${keptRuns}`);
  const extend = database.prepare(
    'UPDATE coverage SET to_seq = ?, count = ?, read_at = ? WHERE subscription = ? AND kind = ? AND from_seq = ?',
  );
  const remove = database.prepare('DELETE FROM coverage WHERE subscription = ? AND kind = ? AND from_seq = ?');

  const fold = (subscription: number, kind: Kind): void => {
    const [row, period] = folding.all(subscription, kind);
    if (row === undefined || period === undefined) return;
    if (row.superseded === 1) {
      remove.run(subscription, kind, row.from_seq ?? null);
    } else if (
      row.status === period.status &&
      row.source === period.source &&
      codeOf(row.reason) === codeOf(period.reason)
    ) {
      remove.run(subscription, kind, row.from_seq ?? null);
      extend.run(
        row.to_seq ?? null,
        row.count ?? null,
        row.read_at ?? null,
        subscription,
        kind,
        period.from_seq ?? null,
      );
    }
  };
  const millis = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return {
    earlier(subscription) {
      const rows = earlier.all(afterSeq, subscription, seq);
      return new Map(
        rows.map(({ kind, shown, unknown, complete }) => [
          String(kind),
          { newestShown: millis(shown), newestUnknown: millis(unknown), newestComplete: millis(complete) },
        ]),
      );
    },
    write(subscription, reading, superseded, source) {
      const reason = reading.reason === null ? null : JSON.stringify(reading.reason);
      insert.run(
        subscription,
        reading.kind,
        seq,
        seq,
        reading.status,
        reason,
        reading.count,
        reading.requests,
        reading.pages,
        reading.retries,
        reading.throttledMilliseconds,
        reading.requestId,
        Date.parse(reading.readAt),
        superseded ? 1 : 0,
        source,
      );
      fold(subscription, reading.kind);
    },
  };
}

function codeOf(reason: unknown): string | null {
  if (typeof reason !== 'string') return null;
  const parsed: { code?: unknown } = JSON.parse(reason);
  return String(parsed.code);
}
