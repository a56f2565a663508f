import type { ChangeKind } from '../../../inventory/run.ts';
import type { Database } from '../../database.ts';
import { text, textOrNull } from '../../queries/row-values.ts';

/** A user-assigned identity as the database knows it before this run settles the listing of its subscription. */
export interface KnownIdentity {
  readonly identity: number;
  readonly resourceId: string;
  readonly principalId: string | null;
  /** true = listed; false = gone; null = no listing has shown it yet. */
  readonly present: boolean | null;
  readonly attached: boolean;
  /** It was on a machine before this run. */
  readonly attachedBefore: boolean;
  /** A machine's attachment already records in this run that it replaced another one. */
  readonly recreatedOnMachine: boolean;
  readonly unseen: boolean;
  /** An earlier complete list lacked it, among too many to check. A second list that lacks it, too, ends it. */
  readonly missingFromList: boolean;
}

/** Rows of `identity_presence`. */
export type PresenceRows = ReturnType<typeof openPresenceRows>;

export function openPresenceRows(database: Database, seq: number) {
  const select = database.prepare(`
    SELECT i.id, i.resource_id, i.principal_id, p.present, u.missing_from_list,
      EXISTS (SELECT 1 FROM attachment a WHERE a.identity = i.id AND a.valid_to IS NULL) AS attached,
      EXISTS (SELECT 1 FROM attachment a WHERE a.identity = i.id AND a.valid_from < ?1) AS attached_before,
      EXISTS (SELECT 1 FROM attachment a WHERE a.identity = i.id AND a.valid_from = ?1
        AND a.begin_change = 'identityRecreated') AS recreated
    FROM identity i
    LEFT JOIN identity_presence p ON p.identity = i.id AND p.valid_to IS NULL
    LEFT JOIN identity_unseen u ON u.identity = i.id AND u.valid_to IS NULL
    WHERE i.subscription = ?2 ORDER BY i.id`);
  const setTenant = database.prepare('UPDATE identity SET tenant = ?1 WHERE id = ?2 AND tenant IS NOT ?1');
  const end = database.prepare(
    'UPDATE identity_presence SET valid_to = ?, ended_at = ? WHERE identity = ? AND valid_to IS NULL',
  );
  const insert = database.prepare(`INSERT INTO identity_presence
    (identity, valid_from, present, began_at, not_before, begin_change) VALUES (?, ?, ?, ?, ?, ?)`);
  return {
    /** Identities whose resource id names this subscription. */
    of: (subscription: number): KnownIdentity[] =>
      select.all(seq, subscription).map((row) => ({
        identity: Number(row.id),
        resourceId: text(row, 'resource_id'),
        principalId: textOrNull(row, 'principal_id'),
        present: row.present === null ? null : row.present === 1,
        attached: row.attached === 1,
        attachedBefore: row.attached_before === 1,
        recreatedOnMachine: row.recreated === 1,
        unseen: row.missing_from_list !== null,
        missingFromList: row.missing_from_list === 1,
      })),
    /** @param tenant number of its text */
    setTenant: (identity: number, tenant: number | null) => void setTenant.run(tenant, identity),
    /** Ends the open row and begins the next. Times in epoch milliseconds. */
    begin(identity: number, present: boolean, at: number, notBefore: number | null, change: ChangeKind | null): void {
      end.run(seq, at, identity);
      insert.run(identity, seq, present ? 1 : 0, at, notBefore, change);
    },
  };
}
