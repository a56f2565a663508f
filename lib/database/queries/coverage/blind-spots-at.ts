import type { BlindSpot } from '../../../inventory/coverage.ts';
import type { Database } from '../../database.ts';
import { oneOf, type SqlRow, text, textOrNull } from '../columns.ts';
import { prepared } from '../statements.ts';

const sources = ['managementGroup', 'previousRun', 'configured'] as const;

/** Subscriptions that should have been seen at a run and were not, by id. */
export function blindSpotsAt(database: Database, seq: number): BlindSpot[] {
  return prepared(
    database,
    `SELECT subscription_id, display_name, source, since, grant_command FROM blind_spot
     WHERE valid_from <= $seq AND (valid_to IS NULL OR valid_to > $seq) ORDER BY subscription_id`,
  )
    .all({ $seq: seq })
    .map(toBlindSpot);
}

function toBlindSpot(row: SqlRow): BlindSpot {
  return {
    subscriptionId: text(row, 'subscription_id'),
    displayName: textOrNull(row, 'display_name'),
    source: oneOf(sources, row.source, 'source'),
    since: text(row, 'since'),
    grantCommand: text(row, 'grant_command'),
  };
}
