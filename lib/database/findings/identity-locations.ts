import { machineKinds } from '../../inventory/coverage.ts';
import type { Database } from '../database.ts';
import { integer, integerOrNull, type SqlRow, text, textOrNull } from '../queries/row-values.ts';
import { shownIdentityId } from '../views/shown-identity-id.ts';
import { unnamedOf } from '../views/unnamed-attachments.ts';
import type { Freshness } from './freshness.ts';

/** A machine that has an identity now. */
interface MachineWithIdentity {
  readonly id: string;
  readonly name: string;
  readonly subscriptionId: string;
  /** The newest run that should have read it did not see it, or could not read its subscription. */
  readonly stale: boolean;
  /** `PowerState/deallocated`; null = never read. */
  readonly powerState: string | null;
  /** When the power state began, epoch milliseconds, as far as history reaches. */
  readonly powerStateSince: number;
  /** The power states of its subscription were not read completely. */
  readonly powerStateStale: boolean;
}

/** Where an identity is now. */
export interface IdentityLocation {
  /** Resource id of a user-assigned identity; null for a system-assigned one. */
  readonly identityId: string | null;
  /** Ordered by name: the numbers of rows depend on what was read first. */
  readonly machines: readonly MachineWithIdentity[];
  /** A user-assigned identity that the list of its subscription shows. */
  readonly listed: boolean;
  /** That list was not read completely. */
  readonly listingStale: boolean;
  /** Proven gone. Machines can still name a user-assigned identity that was deleted. */
  readonly gone: boolean;
}

/** Locates an identity by its principal id; null = the inventory does not know it. */
export type LocateIdentity = (principalId: string) => IdentityLocation | null;

/** Ends of attachments that prove nothing: Azure was not asked. */
const unprovenEnds: ReadonlySet<string> = new Set(['outOfScope', 'subscriptionForgotten', 'tenantChanged']);

export function prepareIdentityLocations(database: Database, fresh: Freshness): LocateIdentity {
  const identities = database.prepare(
    `SELECT i.id, i.kind, ${shownIdentityId('i')} AS resource_id, i.subscription FROM identity i WHERE i.principal_id = ?
    ORDER BY i.id DESC`,
  );
  const machines = database.prepare(`
    SELECT n.resource_id, m.name, m.type, m.subscription, n.subscription_id, s.visibility,
      EXISTS (SELECT 1 FROM unseen u WHERE u.machine = m.id AND u.valid_to IS NULL) AS unseen,
      x.value AS power_state, p.unread, unixepoch(r.started_at) * 1000 AS power_since,
      (SELECT unixepoch(min(o.started_at)) * 1000 FROM run o) AS oldest
    FROM attachment a
    JOIN machine m ON m.id = a.machine
    JOIN machine_id n ON n.machine = m.id
    LEFT JOIN subscription s ON s.subscription = m.subscription AND s.valid_to IS NULL
    LEFT JOIN power_state p ON p.machine = m.id LEFT JOIN text x ON x.id = p.state LEFT JOIN run r ON r.seq = p.since_seq
    WHERE a.valid_to IS NULL
      AND a.identity IN (SELECT i.id FROM identity i WHERE i.principal_id = ?1 UNION ALL ${unnamedOf('?1', null)}) 
    ORDER BY m.name, n.resource_id`);
  const presence = database.prepare(`SELECT max(p.present) AS present FROM identity i
    JOIN identity_presence p ON p.identity = i.id AND p.valid_to IS NULL WHERE i.principal_id = ?`);
  const lastEnd = database.prepare(`SELECT a.end_change FROM identity i JOIN attachment a ON a.identity = i.id
    WHERE i.principal_id = ? ORDER BY a.valid_from DESC LIMIT 1`);

  const toMachine = (row: SqlRow): MachineWithIdentity => {
    const subscription = integer(row, 'subscription');
    const kind = machineKinds[integer(row, 'type')] ?? machineKinds[0];
    return {
      id: text(row, 'resource_id'),
      name: text(row, 'name'),
      subscriptionId: text(row, 'subscription_id'),
      stale: row.visibility === 'lost' || row.unseen === 1 || !fresh(subscription, kind),
      powerState: textOrNull(row, 'power_state'),
      // If retention has removed that run, the state lasts at least as long as history reaches.
      powerStateSince: integerOrNull(row, 'power_since') ?? integerOrNull(row, 'oldest') ?? Number.POSITIVE_INFINITY,
      powerStateStale: row.unread === 1 || !fresh(subscription, 'powerStates'),
    };
  };
  return (principalId) => {
    const rows = identities.all(principalId);
    const [newest] = rows;
    if (newest === undefined) return null;
    const home = rows.map((row) => integerOrNull(row, 'subscription')).find((subscription) => subscription !== null);
    const on = machines.all(principalId).map(toMachine);
    const present = presence.get(principalId)?.present;
    const end = lastEnd.get(principalId)?.end_change;
    const ended = on.length === 0 && end !== undefined && !unprovenEnds.has(String(end));
    return {
      identityId: textOrNull(newest, 'resource_id'),
      machines: on,
      listed: present === 1,
      listingStale: home === undefined || home === null || !fresh(home, 'identities'),
      gone: newest.kind === 1 ? ended : present === 0,
    };
  };
}
