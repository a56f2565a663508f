import { fold } from '../../../inventory/names/fold.ts';
import type { FederatedCredential } from '../../../inventory/user-assigned-identity.ts';
import { integerOrNull, text } from '../../queries/row-values.ts';
import type { MergeContext } from '../merge-context.ts';

/**
 * Updates the federated credentials of an identity to a complete reading of them. The first reading is a baseline. A
 * credential with another content under the same name is one change: the old row ends without a change, the new row
 * begins as added.
 * @param readAt epoch milliseconds
 */
export function mergeFederatedCredentials(
  { database, seq, counts }: MergeContext,
  identity: number,
  readAt: number,
  credentials: readonly FederatedCredential[],
): void {
  const before = database.prepare('SELECT federated_read_at AS at FROM identity WHERE id = ?').get(identity);
  const notBefore = before === undefined ? null : integerOrNull(before, 'at');
  const end =
    database.prepare(`UPDATE federated_credential SET valid_to = ?, ended_at = ?, end_change = ?, end_not_before = ?
    WHERE identity = ? AND name_key = ? AND valid_to IS NULL`);
  const insert = database.prepare(`INSERT INTO federated_credential
    (identity, name, name_key, valid_from, issuer, subject, audiences, began_at, not_before, begin_change)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const open = new Map(
    database
      .prepare('SELECT * FROM federated_credential WHERE identity = ? AND valid_to IS NULL')
      .all(identity)
      .map((row) => [text(row, 'name_key'), row] as const),
  );
  const read = new Map(credentials.map((credential) => [fold(credential.name), credential]));

  for (const key of open.keys()) {
    if (read.has(key)) continue;
    end.run(seq, readAt, 'federatedCredentialRemoved', notBefore, identity, key);
    counts.add('federatedCredentialRemoved');
  }
  for (const [key, { name, issuer, subject, audiences }] of read) {
    const known = open.get(key);
    const audiencesText = JSON.stringify(audiences.toSorted());
    if (known?.issuer === issuer && known.subject === subject && known.audiences === audiencesText) continue;
    if (known !== undefined) end.run(seq, readAt, null, null, identity, key);
    const change = notBefore === null ? null : 'federatedCredentialAdded';
    insert.run(identity, name, key, seq, issuer, subject, audiencesText, readAt, notBefore, change);
    counts.add(change);
  }
  database.prepare('UPDATE identity SET federated_read_at = ? WHERE id = ?').run(readAt, identity);
}
