/**
 * A machine may name a user-assigned identity without its ids (`principalId: null`). It is shown so; whose it is, the listings say: the
 * identity that they showed last under its resource id, also once that one is gone; nobody's where they never showed any. All texts are SQL.
 */

/** Listings `w`, of identities `l`, that showed a principal under a resource id. */
const listings = (resourceId: string) => `identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_id = ${resourceId} AND l.principal_id IS NOT NULL AND w.present = 1`;

/**
 * The principal that was listed last under a resource id; NULL = none ever was.
 * @param seq SQL of the run's number; null = now
 */
export const listedUnder = (
  resourceId: string,
  seq: string | null,
) => `(SELECT l.principal_id FROM ${listings(resourceId)}
  ${seq === null ? '' : `AND w.valid_from <= ${seq}`} ORDER BY w.valid_from DESC, l.id DESC LIMIT 1) COLLATE NOCASE`;

/** A query of the numbers under which machines name a principal without its ids. */
export const unnamedOf = (principalId: string, seq: string | null) => `
  SELECT u.id FROM identity s CROSS JOIN identity u ON u.resource_id = s.resource_id AND u.principal_id IS NULL
  WHERE s.principal_id = ${principalId} AND ${listedUnder('u.resource_id', seq)} = ${principalId}`;

const next = (column: string) => `(SELECT w.${column} FROM ${listings('o.resource_id')} AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1)`;
const isCut = `${next('valid_from')} < ifnull(b.valid_to, ${next('valid_from')} + 1)`;
const isLate = `b.valid_from < q.valid_from AND EXISTS (SELECT 1 FROM ${listings('o.resource_id')} AND w.valid_from < q.valid_from)`;

/** What of an attachment `b` under a number `u` without ids is that of a listed identity `o` from its listing `q` on, while `q` was the last. */
export const isListedOnes = `u.principal_id IS NULL AND o.principal_id IS NOT NULL AND q.present = 1
  AND (b.valid_to IS NULL OR b.valid_to > q.valid_from) AND b.valid_from < ifnull(${next('valid_from')}, b.valid_from + 1)
  AND NOT EXISTS (SELECT 1 FROM ${listings('o.resource_id')} AND w.valid_from = q.valid_from AND l.id > o.id)`;

/**
 * The attachments without ids as rows of the table `attachment`, one for each time in which the same identity was the one listed:
 * `identity` is the listed one. `listed_from` is the run that said so; no row holds as of an earlier one, though the time of attachment
 * of the first may be older.
 */
export const unnamedAttachments = `(
  SELECT b.machine, o.id AS identity, b.resource_id, q.valid_from AS listed_from,
    iif(${isLate}, q.valid_from, b.valid_from) AS valid_from, iif(${isCut}, ${next('valid_from')}, b.valid_to) AS valid_to,
    iif(${isLate}, q.began_at, b.began_at) AS began_at, iif(${isCut}, ${next('began_at')}, b.ended_at) AS ended_at,
    iif(${isCut}, 'identityRecreated', b.end_change) AS end_change
  FROM identity o JOIN identity_presence q ON q.identity = o.id
  JOIN identity u ON u.resource_id = o.resource_id JOIN attachment b ON b.identity = u.id WHERE ${isListedOnes})`;

/** An attachment `a` of an identity `d` without a principal id that is nobody's: no row of `unnamedAttachments`. */
export const isNobodys = `NOT EXISTS (SELECT 1 FROM ${listings('d.resource_id')} AND w.valid_from < ifnull(a.valid_to, w.valid_from + 1))`;
