import {
  type BlindSpot,
  blindSpotSources,
  type CoverageCounts,
  type CoverageStatus,
  type Kind,
  subscriptionStatus,
} from '../../../inventory/coverage.ts';
import type { AsOf, Completeness, MachineFilter, ShownKinds } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { integer, oneOf, text, textOrNull } from '../row-values.ts';
import { readNewestSeq } from '../runs.ts';
import { prepared } from '../statements.ts';
import { keep, perRun } from '../while-open.ts';
import { isInScope, type SubscriptionAt, subscriptionsAt } from './subscriptions-at.ts';

/** The facts behind the completeness of every answer on one run. Slow to read with thousands of subscriptions. */
interface ScopeAt extends SubscriptionListAt {
  readonly subscriptions: readonly SubscriptionAt[];
  readonly blindSpotIds: readonly string[];
  /** The newest run: only it has the power states of all machines. */
  readonly newest: boolean;
  /** Answers without a subscription filter, by the kinds shown. */
  readonly answers: Map<string, Completeness>;
}

const scopeAt = perRun(
  (database, seq): ScopeAt => ({
    subscriptions: [...subscriptionsAt(database, seq).values()].filter(isInScope),
    blindSpotIds: blindSpotsAt(database, seq).map((spot) => spot.subscriptionId.toLowerCase()),
    ...subscriptionListAt(database, seq),
    newest: readNewestSeq(database) === seq,
    answers: new Map(),
  }),
);

/**
 * How complete an answer on the given kinds is, and the status of the subscriptions behind it. Of the filters, only
 * `subscriptionId` excludes subscriptions. A lost subscription makes the answer incomplete and counts as a blind spot,
 * not by status.
 */
export function completeness(
  database: Database,
  asOf: Pick<AsOf, 'seq'>,
  kinds: ShownKinds,
  { subscriptionId }: Pick<MachineFilter, 'subscriptionId'>,
): Completeness {
  const scope = scopeAt(database, asOf.seq);
  if (subscriptionId !== undefined) return completenessOf(scope, kinds, subscriptionId.toLowerCase());
  return keep(scope.answers, kinds.join(), () => completenessOf(scope, kinds, undefined));
}

function completenessOf(scope: ScopeAt, kinds: ShownKinds, only: string | undefined): Completeness {
  const matching = scope.subscriptions.filter(
    (subscription) => only === undefined || subscription.subscriptionId === only,
  );
  const blindSpots = scope.blindSpotIds.filter((id) => only === undefined || id === only).length;
  const visible = matching.filter((subscription) => subscription.visibility === 'visible');
  const counts = { complete: 0, partial: 0, failed: 0, denied: 0, skipped: 0 };
  for (const subscription of visible) counts[statusOf(scope, subscription, kinds)] += 1;
  const coverage: CoverageCounts = { ...counts, blindSpots: scope.blindSpotsKnown ? blindSpots : null };
  return {
    complete:
      scope.trustworthy &&
      scope.blindSpotsKnown &&
      blindSpots === 0 &&
      visible.length === matching.length &&
      counts.complete + counts.skipped === visible.length,
    coverage,
  };
}

/**
 * The status of a subscription for the kinds shown; complete when an answer shows none and rests on the list of
 * subscriptions alone. A shown kind that was not read is a gap. So are shown power states that are not known of every
 * machine.
 */
function statusOf({ newest }: ScopeAt, subscription: SubscriptionAt, kinds: ShownKinds): CoverageStatus {
  if (kinds.length === 0) return 'complete';
  const shown = subscription.kinds.filter((row) => kinds.includes(row.kind));
  const status = subscriptionStatus(Object.fromEntries(shown.map((row) => [row.kind, row])));
  if (status !== 'complete') return status;
  const isGap = (kind: Kind): boolean => {
    const row = shown.find((one) => one.kind === kind);
    return row === undefined || (kind === 'powerStates' && !(newest && row.status === 'complete'));
  };
  return kinds.some(isGap) ? 'partial' : 'complete';
}

/** The subscriptions that a run should have seen and did not, by id. */
export function blindSpotsAt(database: Database, seq: number): BlindSpot[] {
  const rows = prepared(
    database,
    `SELECT subscription_id, display_name, source, since, grant_command FROM blind_spot
     WHERE valid_from <= $seq AND (valid_to IS NULL OR valid_to > $seq) ORDER BY subscription_id`,
  ).all({ $seq: seq });
  return rows.map((row) => ({
    subscriptionId: text(row, 'subscription_id'),
    displayName: textOrNull(row, 'display_name'),
    source: oneOf(blindSpotSources, row.source, 'source'),
    since: text(row, 'since'),
    grantCommand: text(row, 'grant_command'),
  }));
}

/** What the newest run over all subscriptions says of their list. */
interface SubscriptionListAt {
  readonly blindSpotsKnown: boolean;
  /** False: the list was empty, or most of it was missing. */
  readonly trustworthy: boolean;
}

/**
 * The list of subscriptions as of a run. Runs over some subscriptions do not measure blind spots. They count only when
 * there is no other run.
 */
export function subscriptionListAt(database: Database, seq: number): SubscriptionListAt {
  const row = prepared(
    database,
    'SELECT blind_spots_known, reason FROM run WHERE seq <= $seq ORDER BY scope IS NOT NULL, seq DESC LIMIT 1',
  ).get({ $seq: seq });
  if (row === undefined) return { blindSpotsKnown: false, trustworthy: false };
  return { blindSpotsKnown: integer(row, 'blind_spots_known') === 1, trustworthy: textOrNull(row, 'reason') === null };
}
