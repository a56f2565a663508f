import type { Reason } from '../../../errors.ts';
import { type CoverageStatus, coverageStatuses, type Kind, kinds } from '../../../inventory/coverage.ts';
import type { Database } from '../../database.ts';
import { integer, oneOf, type SqlRow, textOrNull } from '../columns.ts';
import { isoTime } from '../iso-time.ts';
import { prepared } from '../statements.ts';
import { storedReason } from '../stored-json.ts';

/** How one kind of one subscription was read, as the newest run that had the subscription in scope left it. */
export interface KindAt {
  readonly subscription: number;
  readonly kind: Kind;
  /** The newest run known to have read it; in a folded period that is the run asked for. */
  readonly seq: number;
  readonly status: CoverageStatus;
  readonly reason: Reason | null;
  readonly count: number;
  readonly requests: number;
  readonly pages: number;
  readonly retries: number;
  readonly throttledMilliseconds: number;
  readonly requestId: string | null;
  /** When that reading began, epoch milliseconds. */
  readonly readAt: number;
  /** Which other deployment read it; null = this one. */
  readonly source: string | null;
}

const newestOfEachKind = `
SELECT c.*, min(c.to_seq, $seq) AS seq, (SELECT x.value FROM text x WHERE x.id = c.source) AS source_name
FROM subscription_key s CROSS JOIN json_each($kinds) k CROSS JOIN coverage c
  ON c.subscription = s.id AND c.kind = k.value AND c.from_seq = (
    SELECT n.from_seq FROM coverage n
    WHERE n.subscription = s.id AND n.kind = k.value AND n.from_seq <= $seq AND n.superseded = 0
    ORDER BY n.from_seq DESC LIMIT 1)`;

/**
 * Coverage by kind of every subscription at a run, the kinds of one in the order of `kinds`.
 * A kind that the newest run of its subscription left out is left out.
 */
export function coverageAt(database: Database, seq: number): KindAt[] {
  const rows = prepared(database, newestOfEachKind).all({ $seq: seq, $kinds: JSON.stringify(kinds) });
  const read = rows.map(toKindAt);
  const newest = new Map<number, number>();
  for (const row of read) newest.set(row.subscription, Math.max(row.seq, newest.get(row.subscription) ?? 0));
  return read.filter((row) => row.seq === newest.get(row.subscription));
}

const lastReading = `
SELECT CASE WHEN c.to_seq > c.from_seq AND c.to_seq > $seq THEN (
    SELECT CAST(round(unixepoch(r.started_at, 'subsec') * 1000) AS INTEGER) FROM run r
    WHERE r.seq <= $seq ORDER BY r.seq DESC LIMIT 1)
  ELSE c.read_at END AS read_at
FROM coverage c
WHERE c.subscription = $subscription AND c.kind = $kind AND c.from_seq <= $seq AND c.superseded = 0
  AND c.status IN ($first, $second)
ORDER BY c.from_seq DESC LIMIT 1`;

/**
 * When a kind of a subscription was last read, up to a run: wholly (`complete`; skipping counts), or `atAll`.
 * Inside a folded period that time is the start of the run, as its own time is not kept.
 * @returns ISO 8601 UTC; null if there was no such reading
 */
export function lastReadAt(
  database: Database,
  seq: number,
  subscription: number,
  kind: Kind,
  how: 'complete' | 'atAll',
): string | null {
  const row = prepared(database, lastReading).get({
    $seq: seq,
    $subscription: subscription,
    $kind: kind,
    $first: 'complete',
    $second: how === 'complete' ? 'skipped' : 'partial',
  });
  return row === undefined || row.read_at === null ? null : isoTime(integer(row, 'read_at'));
}

function toKindAt(row: SqlRow): KindAt {
  return {
    subscription: integer(row, 'subscription'),
    kind: oneOf(kinds, row.kind, 'kind'),
    seq: integer(row, 'seq'),
    status: oneOf(coverageStatuses, row.status, 'status'),
    reason: storedReason(textOrNull(row, 'reason')),
    count: integer(row, 'count'),
    requests: integer(row, 'requests'),
    pages: integer(row, 'pages'),
    retries: integer(row, 'retries'),
    throttledMilliseconds: integer(row, 'throttled_ms'),
    requestId: textOrNull(row, 'request_id'),
    readAt: integer(row, 'read_at'),
    source: textOrNull(row, 'source_name'),
  };
}
