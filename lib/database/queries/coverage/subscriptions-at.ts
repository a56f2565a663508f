import type { Kind } from '../../../inventory/coverage.ts';
import type { Database } from '../../database.ts';
import { integer, type SqlRow, text, textOrNull } from '../columns.ts';
import { coverageAt, type KindAt, lastReadAt } from './coverage-at.ts';
import { perRun } from '../per-run.ts';
import { prepared } from '../statements.ts';

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
  /** When a kind of it was last read, wholly or in part; null if never. */
  readonly lastRead: (kind: Kind) => string | null;
  /** What is known of a kind is older than the run: it was lost, or not one page of that kind was read. */
  readonly isStale: (kind: Kind) => boolean;
  /** Power states that are stored for its machines are of the run, too: those of a lost subscription are not. */
  readonly hasPowerStates: boolean;
}

/** Every subscription that is known at a run, by its key, in the order of their ids. */
export const subscriptionsAt = perRun((database: Database, seq: number): ReadonlyMap<number, SubscriptionAt> => {
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
      const lastRead = (kind: Kind): string | null => {
        const known = readAt.get(kind);
        if (known !== undefined) return known;
        const read = lastReadAt(database, seq, key, kind, 'atAll');
        readAt.set(kind, read);
        return read;
      };
      return [key, toSubscriptionAt(row, kinds.get(key) ?? [], lastRead)];
    }),
  );
});

/** Still the inventory's business: visible, or lost and never given up. */
export function isInScope(subscription: SubscriptionAt): boolean {
  return subscription.visibility === 'visible' || subscription.visibility === 'lost';
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
