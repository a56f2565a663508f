import { integer, integerOrNull, type SqlRow, text } from '../columns.ts';
import { isoTime } from '../iso-time.ts';
import type { MachineContext } from '../run-context.ts';
import { prepared } from '../statements.ts';

/** When the listings of its own subscription had a user-assigned identity. */
export interface PrincipalListing {
  /** Epoch milliseconds. */
  readonly firstSeen: number;
  readonly lastSeen: string;
}

const lastShownAt = 'min($seq, ifnull(q.valid_to - 1, $seq))';

const listings = `
SELECT p.principal_id, p.subscription, q.began_at, ${lastShownAt} AS shown_at,
  (SELECT ifnull(u.last_seen, q.began_at) FROM identity_unseen u WHERE u.identity = p.id AND u.valid_from <= ${lastShownAt}
    AND (u.valid_to IS NULL OR u.valid_to > ${lastShownAt})) AS last_seen
FROM json_each($ids) j CROSS JOIN identity p CROSS JOIN identity_presence q ON q.identity = p.id
WHERE p.principal_id = j.value AND q.present = 1 AND q.valid_from <= $seq`;

/**
 * Of the principals that were ever listed up to a run, by principal id in lower case.
 * @param principalIds of user-assigned identities
 */
export function readPrincipalListings(
  context: MachineContext,
  principalIds: readonly string[],
): ReadonlyMap<string, PrincipalListing> {
  if (principalIds.length === 0) return new Map();
  const rows = prepared(context.database, listings).all({ $seq: context.seq, $ids: JSON.stringify(principalIds) });
  const byPrincipal = Map.groupBy(rows, (row) => text(row, 'principal_id').toLowerCase());
  return new Map(
    [...byPrincipal].map(([id, listed]) => [
      id,
      {
        firstSeen: listed.reduce((first, row) => Math.min(first, integer(row, 'began_at')), Number.MAX_SAFE_INTEGER),
        lastSeen:
          listed
            .map((row) => lastSeenIn(row, context))
            .toSorted()
            .at(-1) ?? '',
      },
    ]),
  );
}

/** The newest reading that had it. */
function lastSeenIn(row: SqlRow, context: MachineContext): string {
  const lastSeen = integerOrNull(row, 'last_seen');
  if (lastSeen !== null) return isoTime(lastSeen);
  const began = isoTime(integer(row, 'began_at'));
  const subscription = integerOrNull(row, 'subscription');
  if (subscription === null) return began;
  return context.lastRead(subscription, 'identities', integer(row, 'shown_at')) ?? began;
}
