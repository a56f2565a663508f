import type { Database } from '../database/database.ts';
import { InventoryError, type Reason, toReason } from '../errors.ts';
import { type CoverageStatus, subscriptionStatus } from '../inventory/coverage.ts';
import type { Plan } from '../inventory/plan.ts';
import type { KindReading } from '../inventory/reading.ts';
import type { FollowedSubscription } from './followed-subscriptions.ts';
import { readOffers } from './read-offers.ts';
import type { LookedAt } from './source.ts';
import type { SourceContent, SourceSubscription } from './source-content.ts';
import { safeMessage } from './source-reason.ts';

/** What decides which of two readings of a subscription is better. */
export interface ReadingQuality {
  readonly status: CoverageStatus;
  /** ISO 8601 UTC; empty where there is no reading. */
  readonly readAt: string;
}

/** The reading of a subscription that one source offers. */
export interface Offer extends ReadingQuality {
  /** The source's name. */
  readonly source: string;
  readonly subscription: Pick<FollowedSubscription, 'subscriptionId' | 'displayName' | 'tenantId' | 'state'>;
  readonly reading:
    | { readonly database: Database; readonly subscription: SourceSubscription }
    | { readonly failure: Reason };
}

/** The content of a source, or why it could not be read. */
export type SourceState =
  | { readonly name: string; readonly content: SourceContent; readonly database: Database }
  | { readonly name: string; readonly failure: Reason };

/** The content of a source that was opened, or why it cannot be used. */
export function contentOf(source: LookedAt, plan: Plan): SourceState {
  const { name } = source;
  if ('failure' in source) return { name, failure: unreadable(name, source.failure) };
  const { database, damage, readMs } = source;
  try {
    const content = readOffers(database, name, plan, readMs);
    return { name, database, content: damage === null ? content : weakened(content, damage) };
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    return { name, failure: unreadable(name, toReason(error)) };
  }
}

/** For the state before the newest: it is shown, but no reading of it counts as complete. */
function weakened(content: SourceContent, reason: Reason): SourceContent {
  return {
    ...content,
    subscriptions: content.subscriptions.map((subscription) => {
      const readings = subscription.readings.map((reading): KindReading => {
        const isWhole = reading.status === 'complete' || reading.status === 'skipped';
        return isWhole ? { ...reading, status: 'partial', reason } : reading;
      });
      return { ...subscription, readings };
    }),
  };
}

/**
 * The best offer of each subscription in scope.
 * @param nowMs the time, in milliseconds since 1970
 */
export function bestOffers(
  states: readonly SourceState[],
  followed: ReadonlyMap<string, FollowedSubscription>,
  inScope: (id: string) => boolean,
  nowMs: number,
): ReadonlyMap<string, Offer> {
  const best = new Map<string, Offer>();
  for (const offer of states.flatMap((state) => offersOf(state, followed, nowMs))) {
    const { subscriptionId } = offer.subscription;
    const before = best.get(subscriptionId);
    if (inScope(subscriptionId) && (before === undefined || isBetter(offer, before))) best.set(subscriptionId, offer);
  }
  return best;
}

function offersOf(state: SourceState, followed: ReadonlyMap<string, FollowedSubscription>, nowMs: number): Offer[] {
  const { name: source } = state;
  if ('failure' in state) {
    return [...followed.values()]
      .filter((one) => one.source === source)
      .map((subscription) => failedOffer(source, subscription, state.failure));
  }
  return state.content.subscriptions.map((subscription): Offer => {
    const { subscriptionId, readAt, readings } = subscription;
    const shownAt = followed.get(subscriptionId)?.shownAt ?? null;
    // It would win against every reading until then.
    if (Date.parse(readAt) > nowMs) {
      return failedOffer(source, subscription, fromTheFuture(source, subscription, nowMs));
    }
    if (shownAt !== null && Date.parse(readAt) < shownAt) {
      return failedOffer(source, subscription, outdated(source, subscription, shownAt));
    }
    const status = subscriptionStatus(Object.fromEntries(readings.map((reading) => [reading.kind, reading])));
    return { source, subscription, status, readAt, reading: { database: state.database, subscription } };
  });
}

function failedOffer(source: string, subscription: Offer['subscription'], failure: Reason): Offer {
  return { source, subscription, status: 'failed', readAt: '', reading: { failure } };
}

/** Complete is better than partial, and partial better than none. Of two alike, the newer is better. */
export function isBetter(one: ReadingQuality, other: ReadingQuality | null): boolean {
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
  return { code: 'SourceUnreadable', message: safeMessage(`${source} cannot be used: ${code}: ${message}`), hint };
}

function outdated(source: string, { readAt }: SourceSubscription, shownAt: number): Reason {
  const known = new Date(shownAt).toISOString();
  return {
    code: 'SourceOutdated',
    message: `${source} has a reading of ${readAt}, but the inventory already has a newer one of ${known}`,
    hint: 'Check that this deployment still runs: GET /api/health there',
  };
}

function fromTheFuture(source: string, { readAt }: SourceSubscription, nowMs: number): Reason {
  return {
    code: 'SourceClockAhead',
    message: `${source} has a reading of ${readAt}, which is in the future: it is ${new Date(nowMs).toISOString()} now`,
    hint: 'Check the clock of the host of that deployment',
  };
}
