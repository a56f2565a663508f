/**
 * A machine can name a user-assigned identity without its ids (`principalId: null`). The inventory shows the attachment
 * as it is, and takes the principal from the lists: the one they showed last under its resource id, even if it is gone
 * by now. If they never showed one, the attachment has no principal. All texts are SQL.
 */

/** Lists `w`, of identities `l`, that showed a principal under a resource id (folded). */
const listings = (resourceKey: string) => `identity l CROSS JOIN identity_presence w ON w.identity = l.id
  WHERE l.resource_key = ${resourceKey} AND l.principal_id IS NOT NULL AND w.present = 1`;

/**
 * The principal that lists showed last under a resource id; NULL = they never showed one.
 * @param resourceKey SQL of the id, folded: `i.resource_key`
 * @param seq SQL of the run's number; null = now
 */
export const listedUnder = (
  resourceKey: string,
  seq: string | null,
) => `(SELECT l.principal_id FROM ${listings(resourceKey)}
  ${seq === null ? '' : `AND w.valid_from <= ${seq}`} ORDER BY w.valid_from DESC, l.id DESC LIMIT 1) COLLATE NOCASE`;

/** A query for the numbers under which machines name a principal without its ids. */
export const unnamedOf = (principalId: string, seq: string | null) => `
  SELECT u.id FROM identity s CROSS JOIN identity u ON u.resource_key = s.resource_key AND u.principal_id IS NULL
  WHERE s.principal_id = ${principalId} AND ${listedUnder('u.resource_key', seq)} = ${principalId}`;

const next = (column: string) => `(SELECT w.${column} FROM ${listings('o.resource_key')} AND w.valid_from > q.valid_from
  ORDER BY w.valid_from LIMIT 1)`;
const isCut = `${next('valid_from')} < ifnull(b.valid_to, ${next('valid_from')} + 1)`;
const isLate = `b.valid_from < q.valid_from AND EXISTS (SELECT 1 FROM ${listings('o.resource_key')} AND w.valid_from < q.valid_from)`;

/** Attachment `b` of identity `u` without ids belongs to the listed identity `o` while `q` is the last list. */
export const isListedOnes = `u.principal_id IS NULL AND o.principal_id IS NOT NULL AND q.present = 1
  AND (b.valid_to IS NULL OR b.valid_to > q.valid_from) AND b.valid_from < ifnull(${next('valid_from')}, b.valid_from + 1)
  AND NOT EXISTS (SELECT 1 FROM ${listings('o.resource_key')} AND w.valid_from = q.valid_from AND l.id > o.id)`;

/**
 * The attachments without ids as rows of the table `attachment`, one for each period with the same listed identity;
 * `identity` is that one. `listed_from` is the run whose list showed it. Ignore a row as of a run before `listed_from`,
 * even if its `valid_from` is earlier.
 */
export const unnamedAttachments = `(
  SELECT b.machine, o.id AS identity, b.resource_id, q.valid_from AS listed_from,
    iif(${isLate}, q.valid_from, b.valid_from) AS valid_from, iif(${isCut}, ${next('valid_from')}, b.valid_to) AS valid_to,
    iif(${isLate}, q.began_at, b.began_at) AS began_at, iif(${isCut}, ${next('began_at')}, b.ended_at) AS ended_at,
    iif(${isCut}, 'identityRecreated', b.end_change) AS end_change
  FROM identity o JOIN identity_presence q ON q.identity = o.id
  JOIN identity u ON u.resource_key = o.resource_key JOIN attachment b ON b.identity = u.id WHERE ${isListedOnes})`;

/** Lists never showed the principal of attachment `a`: it has no row in `unnamedAttachments`. */
export const hasNoListedPrincipal = `NOT EXISTS (SELECT 1 FROM ${listings('d.resource_key')} AND w.valid_from < ifnull(a.valid_to, w.valid_from + 1))`;
