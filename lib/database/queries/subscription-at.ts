import type { Database } from '../database.ts';
import { integer, type SqlRow, text, textOrNull } from './columns.ts';
import { coverageAt, type KindAt, lastReadAt } from './coverage-at.ts';
import { perRun } from './per-run.ts';
import { prepared } from './statements.ts';

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
  /** When its machines were last read, wholly or in part; null if never. */
  readonly lastRead: string | null;
  /** Its machines are older than the run: it was lost, or not one page of them was read. */
  readonly stale: boolean;
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
      return [key, toSubscriptionAt(row, kinds.get(key) ?? [], lastReadAt(database, seq, key, 'atAll'))];
    }),
  );
});

/** Still the inventory's business: visible, or lost and never given up. */
export function isInScope(subscription: SubscriptionAt): boolean {
  return subscription.visibility === 'visible' || subscription.visibility === 'lost';
}

function toSubscriptionAt(row: SqlRow, kinds: readonly KindAt[], lastRead: string | null): SubscriptionAt {
  const visibility = text(row, 'visibility');
  const machines = kinds.find(({ kind }) => kind === 'virtualMachines')?.status;
  const powerStates = kinds.find(({ kind }) => kind === 'powerStates')?.status;
  return {
    key: integer(row, 'id'),
    subscriptionId: text(row, 'subscription_id'),
    displayName: text(row, 'display_name'),
    state: text(row, 'state'),
    tenantId: textOrNull(row, 'tenant_id'),
    visibility,
    kinds,
    lastRead,
    stale: visibility === 'lost' || machines === 'failed' || machines === 'denied',
    hasPowerStates: visibility === 'visible' && (powerStates === 'complete' || powerStates === 'partial'),
  };
}
