import type { Database } from '../database/database.ts';
import type { FollowedSubscription } from '../database/source/followed-subscriptions.ts';
import { readSourceContent, type SourceContent, type SourceSubscription } from '../database/source/source-content.ts';
import { InventoryError, type Reason, toReason } from '../errors.ts';
import type { CoverageStatus } from '../inventory/coverage.ts';
import type { Plan } from '../inventory/reading.ts';
import type { OwnReading } from './own-readings.ts';
import type { LookedAt } from './source.ts';

/** What one source says of a subscription. */
export interface Offer {
  /** The source's name. */
  readonly source: string;
  readonly subscription: Pick<FollowedSubscription, 'subscriptionId' | 'displayName' | 'tenantId' | 'state'>;
  readonly status: CoverageStatus;
  /** ISO 8601 UTC; empty where there is no reading. */
  readonly readAt: string;
  readonly reading:
    | { readonly database: Database; readonly subscription: SourceSubscription }
    | { readonly failure: Reason };
}

/** A source whose database is open and understood, or why it is not. */
export type SourceState =
  | { readonly name: string; readonly content: SourceContent; readonly database: Database }
  | { readonly name: string; readonly failure: Reason };

/** What a source that was opened has, or why nothing can be taken from it. */
export function understand(source: LookedAt, { kinds }: Plan): SourceState {
  const { name } = source;
  if ('failure' in source) return { name, failure: unreadable(name, source.failure) };
  try {
    return { name, database: source.database, content: readSourceContent(source.database, name, kinds) };
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    return { name, failure: unreadable(name, toReason(error)) };
  }
}

/** The best that sources have of each subscription in scope. */
export function bestOffers(
  states: readonly SourceState[],
  followed: ReadonlyMap<string, FollowedSubscription>,
  inScope: (id: string) => boolean,
): ReadonlyMap<string, Offer> {
  const best = new Map<string, Offer>();
  for (const offer of states.flatMap((state) => offersOf(state, followed))) {
    const { subscriptionId } = offer.subscription;
    const before = best.get(subscriptionId);
    if (inScope(subscriptionId) && (before === undefined || isBetter(offer, before))) best.set(subscriptionId, offer);
  }
  return best;
}

function offersOf(state: SourceState, followed: ReadonlyMap<string, FollowedSubscription>): Offer[] {
  const { name: source } = state;
  if ('failure' in state) {
    return [...followed.values()]
      .filter((one) => one.source === source)
      .map((subscription) => failed(source, subscription, state.failure));
  }
  return state.content.subscriptions.map((subscription): Offer => {
    const { subscriptionId, readAt, status } = subscription;
    const shownAt = followed.get(subscriptionId)?.shownAt ?? null;
    if (shownAt !== null && Date.parse(readAt) < shownAt) {
      return failed(source, subscription, outdated(source, subscription, shownAt));
    }
    return { source, subscription, status, readAt, reading: { database: state.database, subscription } };
  });
}

function failed(source: string, subscription: Offer['subscription'], failure: Reason): Offer {
  return { source, subscription, status: 'failed', readAt: '', reading: { failure } };
}

/** A complete reading is better than any other, one in part better than none; of two alike the newer. */
export function isBetter(one: OwnReading, other: OwnReading | null): boolean {
  if (other === null) return true;
  const difference = worth(one.status) - worth(other.status);
  if (difference !== 0) return difference > 0;
  return worth(one.status) > 0 && one.readAt > other.readAt;
}

function worth(status: CoverageStatus): number {
  if (status === 'complete' || status === 'skipped') return 2;
  return status === 'partial' ? 1 : 0;
}

function unreadable(source: string, { code, message, hint }: Reason): Reason {
  return { code: 'SourceUnreadable', message: `${source} could not be taken in: ${code}: ${message}`, hint };
}

function outdated(source: string, { readAt }: SourceSubscription, shownAt: number): Reason {
  const known = new Date(shownAt).toISOString();
  return {
    code: 'SourceOutdated',
    message: `${source} has a reading of ${readAt}, and one of ${known} is known already`,
    hint: 'See whether that deployment still runs: GET /api/health there',
  };
}
