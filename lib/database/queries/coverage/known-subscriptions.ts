import { type KnownSubscription } from '../../../inventory/plan.ts';
import type { Database } from '../../database.ts';

/** Subscriptions in scope of the inventory: not those that were forgotten or taken out of scope. */
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

/** Of the newest run; 0 = there is none. */
export function readNewestSeq(database: Database): number {
  return Number(database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM run').get()?.seq);
}
