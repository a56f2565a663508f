import type { Database } from '../../database.ts';
import { integer, textOrNull } from '../columns.ts';
import { prepared } from '../statements.ts';

/** What a run that listed all subscriptions says of that list. */
export interface SubscriptionListAt {
  readonly blindSpotsKnown: boolean;
  /** False: the list was empty, or had lost most of what it had. */
  readonly trustworthy: boolean;
}

/**
 * The word of the newest run over everything, up to a run, on its list of subscriptions. Runs over some subscriptions do not measure
 * blind spots; they count only where there is no other.
 */
export function subscriptionListAt(database: Database, seq: number): SubscriptionListAt {
  const row = prepared(
    database,
    'SELECT blind_spots_known, reason FROM run WHERE seq <= $seq ORDER BY scope IS NOT NULL, seq DESC LIMIT 1',
  ).get({ $seq: seq });
  if (row === undefined) return { blindSpotsKnown: false, trustworthy: false };
  return { blindSpotsKnown: integer(row, 'blind_spots_known') === 1, trustworthy: textOrNull(row, 'reason') === null };
}
