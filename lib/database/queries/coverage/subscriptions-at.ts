import type { Reason } from '../../../errors.ts';
import { type CoverageStatus, coverageStatuses, type Kind, kinds } from '../../../inventory/coverage.ts';
import type { KnownSubscription } from '../../../inventory/plan.ts';
import type { Database } from '../../database.ts';
import { integer, isoTime, oneOf, type SqlRow, text, textOrNull } from '../row-values.ts';
import { prepared } from '../statements.ts';
import { storedReason } from '../stored-json.ts';
import { keep, perRun } from '../while-open.ts';

/** A subscription as a run left it. */
export interface SubscriptionAt {
  /** Its key in `subscription_key`. */
  readonly key: number;
  /** Lower case. */
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly state: string;
  readonly tenantId: string | null;
  /** visible, lost, outOfScope, forgotten */
  readonly visibility: string;
  readonly kinds: readonly KindAt[];
  /** When a kind of it was last read, completely or in part; null if never. */
  readonly lastRead: (kind: Kind) => string | null;
  /** The stored state of a kind is older than the run: the subscription was lost, or no page of the kind was read. */
  readonly isStale: (kind: Kind) => boolean;
  /** The stored power states of its machines are those of the run. This is false for a lost subscription. */
  readonly hasPowerStates: boolean;
}

/** How one kind of one subscription was read, as of the newest run that had the subscription in scope. */
export interface KindAt {
  readonly subscription: number;
  readonly kind: Kind;
  /** The newest run known to have read it; inside a folded period, the run itself. */
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

/** Every subscription that is known at a run, by its key, in the order of their ids. */
export const subscriptionsAt = perRun((database, seq): ReadonlyMap<number, SubscriptionAt> => {
  const kinds = Map.groupBy(coverageAt(database, seq), (row) => row.subscription);
  const rows = prepared(
    database,
    `SELECT k.id, k.subscription_id, s.display_name, s.state, s.tenant_id, s.visibility
     FROM subscription_key k JOIN subscription s ON s.subscription = k.id
     WHERE s.valid_from <= $seq AND (s.valid_to IS NULL OR s.valid_to > $seq) ORDER BY k.subscription_id`,
  ).all({ $seq: seq });
  return new Map(
    rows.map((row) => {
      const key = integer(row, 'id');
      const readAt = new Map<Kind, string | null>();
      const lastRead = (kind: Kind) => keep(readAt, kind, () => lastReadAt(database, seq, key, kind, 'atAll'));
      return [key, toSubscriptionAt(row, kinds.get(key) ?? [], lastRead)];
    }),
  );
});

/** Whether a subscription is in the scope of the inventory: visible, or lost and not given up. */
export function isInScope({ visibility }: SubscriptionAt): boolean {
  return visibility === 'visible' || visibility === 'lost';
}

function toSubscriptionAt(row: SqlRow, kinds: readonly KindAt[], lastRead: SubscriptionAt['lastRead']): SubscriptionAt {
  const visibility = text(row, 'visibility');
  const statusOf = (kind: Kind) => kinds.find((one) => one.kind === kind)?.status;
  const powerStates = statusOf('powerStates');
  return {
    key: integer(row, 'id'),
    subscriptionId: text(row, 'subscription_id'),
    displayName: text(row, 'display_name'),
    state: text(row, 'state'),
    tenantId: textOrNull(row, 'tenant_id'),
    visibility,
    kinds,
    lastRead,
    isStale(kind) {
      const status = statusOf(kind);
      const unread = status === undefined ? kinds.length > 0 : status === 'failed' || status === 'denied';
      return visibility === 'lost' || unread;
    },
    hasPowerStates: visibility === 'visible' && (powerStates === 'complete' || powerStates === 'partial'),
  };
}

const newestOfEachKind = `
SELECT c.*, min(c.to_seq, $seq) AS seq, (SELECT x.value FROM text x WHERE x.id = c.source) AS source_name
FROM subscription_key s CROSS JOIN json_each($kinds) k CROSS JOIN coverage c
  ON c.subscription = s.id AND c.kind = k.value AND c.from_seq = (
    SELECT n.from_seq FROM coverage n
    WHERE n.subscription = s.id AND n.kind = k.value AND n.from_seq <= $seq AND n.superseded = 0
    ORDER BY n.from_seq DESC LIMIT 1)`;

/**
 * Coverage by kind of every subscription at a run, in the order of `kinds`. A kind that the newest run of its
 * subscription did not read is left out.
 */
function coverageAt(database: Database, seq: number): KindAt[] {
  const rows = prepared(database, newestOfEachKind).all({ $seq: seq, $kinds: JSON.stringify(kinds) });
  const read = rows.map(toKindAt);
  const newest = new Map<number, number>();
  for (const row of read) newest.set(row.subscription, Math.max(row.seq, newest.get(row.subscription) ?? 0));
  return read.filter((row) => row.seq === newest.get(row.subscription));
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
 * When a kind of a subscription was last read, up to a run: completely (`complete`, which includes skipped) or `atAll`.
 * Inside a folded period this is the start of the run, because the time of the reading is not kept.
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

/** The subscriptions in the scope of the inventory: not the forgotten ones, nor those taken out of scope. */
export function readKnownSubscriptions(database: Database): KnownSubscription[] {
  return database
    .prepare(`SELECT k.subscription_id, s.display_name, s.visibility,
        (SELECT c.count FROM coverage c WHERE c.subscription = s.subscription AND c.kind = 'virtualMachines'
          AND c.status IN ('complete', 'partial') ORDER BY c.from_seq DESC LIMIT 1) AS machines
      FROM subscription s JOIN subscription_key k ON k.id = s.subscription
      WHERE s.valid_to IS NULL AND s.visibility IN ('visible', 'lost')`)
    .all()
    .map((row) => ({
      subscriptionId: String(row.subscription_id),
      displayName: String(row.display_name),
      visibility: row.visibility === 'lost' ? 'lost' : 'visible',
      machineCount: row.machines === null ? null : Number(row.machines),
    }));
}
