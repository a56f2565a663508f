import type { Database } from '../database/database.ts';
import { integerOrNull, text, textOrNull } from '../database/queries/row-values.ts';

/** A subscription that the inventory follows, with the origin of its newest reading. */
export interface FollowedSubscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string | null;
  readonly state: string;
  readonly visible: boolean;
  /** The other deployment that read it last; null = this one. */
  readonly source: string | null;
  /** The newest reading that showed rows, epoch milliseconds; null = none yet. */
  readonly shownAt: number | null;
}

/** The subscriptions that the inventory follows, by id. Leaves out forgotten ones and those out of scope. */
export function readFollowedSubscriptions(database: Database): ReadonlyMap<string, FollowedSubscription> {
  const rows = database
    .prepare(`SELECT k.subscription_id, s.display_name, s.tenant_id, s.state, s.visibility,
        (SELECT x.value FROM coverage c JOIN text x ON x.id = c.source WHERE c.subscription = s.subscription AND c.superseded = 0
          AND c.to_seq = (SELECT max(n.to_seq) FROM coverage n WHERE n.subscription = s.subscription AND n.superseded = 0)
          LIMIT 1) AS source,
        (SELECT max(c.read_at) FROM coverage c WHERE c.subscription = s.subscription AND c.superseded = 0
          AND c.status IN ('complete', 'partial', 'skipped')) AS shown_at
      FROM subscription s JOIN subscription_key k ON k.id = s.subscription
      WHERE s.valid_to IS NULL AND s.visibility IN ('visible', 'lost')`)
    .all();
  return new Map(
    rows.map((row) => {
      const subscriptionId = text(row, 'subscription_id');
      const followed: FollowedSubscription = {
        subscriptionId,
        displayName: text(row, 'display_name'),
        tenantId: textOrNull(row, 'tenant_id'),
        state: text(row, 'state'),
        visible: row.visibility === 'visible',
        source: textOrNull(row, 'source'),
        shownAt: integerOrNull(row, 'shown_at'),
      };
      return [subscriptionId, followed];
    }),
  );
}
