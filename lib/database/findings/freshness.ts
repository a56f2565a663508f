import type { Kind } from '../../inventory/coverage.ts';
import type { Database } from '../database.ts';

/** Whether the newest reading of one kind in a subscription (by number) was complete. A lost subscription's is not. */
export type Freshness = (subscription: number, kind: Kind) => boolean;

/** Reads the tables once per subscription and kind. */
export function createFreshness(database: Database): Freshness {
  const select = database.prepare(`SELECT 1 FROM coverage c
    JOIN subscription s ON s.subscription = c.subscription AND s.valid_to IS NULL AND s.visibility = 'visible'
    WHERE c.subscription = ?1 AND c.kind = ?2 AND c.status IN ('complete', 'skipped') AND c.from_seq = (
      SELECT max(n.from_seq) FROM coverage n WHERE n.subscription = ?1 AND n.kind = ?2 AND n.superseded = 0)`);
  const known = new Map<string, boolean>();
  return (subscription, kind) => {
    const key = `${subscription} ${kind}`;
    const fresh = known.get(key) ?? select.get(subscription, kind) !== undefined;
    known.set(key, fresh);
    return fresh;
  };
}
