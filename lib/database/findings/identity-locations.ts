import type { Kind } from '../../inventory/coverage.ts';
import type { Database } from '../database.ts';
import { integer, integerOrNull, text, textOrNull } from '../queries/columns.ts';
import { unnamedOf } from '../views/unnamed-attachments.ts';
import type { Freshness } from './freshness.ts';

/** A machine that has an identity now. */
export interface CarryingMachine {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly subscriptionId: string;
  /** The newest run that should have seen it did not, or could not read its subscription. */
  readonly stale: boolean;
  /** `PowerState/deallocated`; null = never read. */
  readonly powerState: string | null;
  /** Since when that is so, epoch milliseconds, as far as history reaches. */
  readonly powerStateSince: number;
  /** Power states of its subscription were not read completely. */
  readonly powerStateStale: boolean;
}

/** Where a principal is now. */
export interface Carriers {
  readonly kind: 'SystemAssigned' | 'UserAssigned';
  /** Resource id of a user-assigned identity; null for a system-assigned one. */
  readonly identityId: string | null;
  readonly machines: readonly CarryingMachine[];
  /** A user-assigned identity that its subscription's listing shows. */
  readonly listed: boolean;
  /** Its listing was not read completely. */
  readonly listingStale: boolean;
  /** Confirmed gone: somebody looked. Machines may go on naming a user-assigned identity that was deleted. */
  readonly gone: boolean;
}

const kindOfType: readonly Kind[] = ['virtualMachines', 'scaleSets', 'arcMachines'];

/** Looks up where principals are, by principal id. */
export function prepareCarriers(database: Database, fresh: Freshness): (principalId: string) => Carriers | null {
  const identities = database.prepare(
    'SELECT id, kind, resource_id, subscription FROM identity WHERE principal_id = ? ORDER BY id DESC',
  );
  const machines = database.prepare(`
    SELECT n.resource_id, m.name, m.type, m.subscription, n.resource_group_name, n.subscription_id, s.visibility,
      EXISTS (SELECT 1 FROM unseen u WHERE u.machine = m.id AND u.valid_to IS NULL) AS unseen,
      x.value AS power_state, p.unread, unixepoch(r.started_at) * 1000 AS power_since,
      (SELECT unixepoch(min(o.started_at)) * 1000 FROM run o) AS oldest
    FROM attachment a
    JOIN machine m ON m.id = a.machine
    JOIN machine_id n ON n.machine = m.id
    LEFT JOIN subscription s ON s.subscription = m.subscription AND s.valid_to IS NULL
    LEFT JOIN power_state p ON p.machine = m.id LEFT JOIN text x ON x.id = p.state LEFT JOIN run r ON r.seq = p.since_seq
    WHERE a.valid_to IS NULL
      AND a.identity IN (SELECT i.id FROM identity i WHERE i.principal_id = ?1 UNION ALL ${unnamedOf('?1', null)}) ORDER BY m.id`);
  const presence = database.prepare(`SELECT max(p.present) AS present FROM identity i
    JOIN identity_presence p ON p.identity = i.id AND p.valid_to IS NULL WHERE i.principal_id = ?`);
  const lastEnd = database.prepare(`SELECT a.end_change FROM identity i JOIN attachment a ON a.identity = i.id
    WHERE i.principal_id = ? ORDER BY a.valid_from DESC LIMIT 1`);

  return (principalId) => {
    const [newest, ...others] = identities.all(principalId);
    if (newest === undefined) return null;
    const kind = integer(newest, 'kind') === 1 ? 'SystemAssigned' : 'UserAssigned';
    const home =
      [newest, ...others].map((row) => integerOrNull(row, 'subscription')).find((key) => key !== null) ?? null;
    const on = machines.all(principalId).map((row): CarryingMachine => {
      const subscription = integer(row, 'subscription');
      const kindRead = kindOfType[integer(row, 'type')] ?? 'virtualMachines';
      return {
        id: text(row, 'resource_id'),
        name: text(row, 'name'),
        resourceGroup: text(row, 'resource_group_name'),
        subscriptionId: text(row, 'subscription_id'),
        stale: row.visibility === 'lost' || row.unseen === 1 || !fresh(subscription, kindRead),
        powerState: textOrNull(row, 'power_state'),
        // a run that history has forgotten: at least as long as history reaches
        powerStateSince: integerOrNull(row, 'power_since') ?? integerOrNull(row, 'oldest') ?? Number.POSITIVE_INFINITY,
        powerStateStale: row.unread === 1 || !fresh(subscription, 'powerStates'),
      };
    });
    const present = integerOrNull(presence.get(principalId) ?? { present: null }, 'present');
    const end = lastEnd.get(principalId)?.end_change;
    const ended = on.length === 0 && end !== undefined && !unconfirmed.has(String(end));
    return {
      kind,
      identityId: textOrNull(newest, 'resource_id'),
      machines: on,
      listed: present === 1,
      listingStale: home === null || !fresh(home, 'identities'),
      gone: kind === 'SystemAssigned' ? ended : present === 0,
    };
  };
}

/** Ends that say nothing of the identity: nobody looked. */
const unconfirmed: ReadonlySet<string> = new Set(['outOfScope', 'subscriptionForgotten', 'tenantChanged']);
