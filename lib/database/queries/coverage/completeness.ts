import { type CoverageCounts, type CoverageStatus, type Kind, subscriptionStatus } from '../../../inventory/coverage.ts';
import type { AsOf, Completeness, MachineFilter, ShownKinds } from '../../../inventory/query.ts';
import type { Database } from '../../database.ts';
import { blindSpotsAt } from './blind-spots-at.ts';
import { readNewestSeq } from './known-subscriptions.ts';
import { perRun } from '../per-run.ts';
import { isInScope, type SubscriptionAt, subscriptionsAt } from './subscriptions-at.ts';
import { subscriptionListAt } from './subscription-list-at.ts';

/** What completeness is made of: the same for every answer on one run, and dear with thousands of subscriptions. */
interface ScopeAt {
  readonly subscriptions: readonly SubscriptionAt[];
  readonly blindSpotIds: readonly string[];
  readonly blindSpotsKnown: boolean;
  readonly trustworthy: boolean;
  /** The newest run: of it alone all power states are kept. */
  readonly newest: boolean;
  /** Answers without a subscription filter, by the kinds shown. */
  readonly answers: Map<string, Completeness>;
}

const scopeAt = perRun(
  (database: Database, seq: number): ScopeAt => ({
    subscriptions: [...subscriptionsAt(database, seq).values()].filter(isInScope),
    blindSpotIds: blindSpotsAt(database, seq).map((spot) => spot.subscriptionId.toLowerCase()),
    ...subscriptionListAt(database, seq),
    newest: readNewestSeq(database) === seq,
    answers: new Map(),
  }),
);

/**
 * How complete an answer on the given kinds is, and the subscriptions that it could draw on by status.
 * Of the filters, only `subscriptionId` rules subscriptions out. A subscription that has gone out of sight makes the answer
 * incomplete and is counted as a blind spot, not by status.
 */
export function completeness(
  database: Database,
  asOf: Pick<AsOf, 'seq'>,
  kinds: ShownKinds,
  filter: MachineFilter,
): Completeness {
  const scope = scopeAt(database, asOf.seq);
  if (filter.subscriptionId !== undefined) return completenessOf(scope, kinds, filter.subscriptionId.toLowerCase());
  const key = kinds.join();
  const known = scope.answers.get(key);
  if (known !== undefined) return known;
  const answer = completenessOf(scope, kinds, undefined);
  scope.answers.set(key, answer);
  return answer;
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
 * Status from the kinds shown; of none (what the list of subscriptions alone can say) it is complete. A shown kind that was not read
 * at all is a gap, and so are power states that an answer was asked for and that are not known of every machine.
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
