import type { Database } from '../database/database.ts';
import { resolveAsOf } from '../database/queries/as-of.ts';
import { blindSpotsAt, subscriptionListAt } from '../database/queries/coverage/completeness.ts';
import { isInScope, type SubscriptionAt, subscriptionsAt } from '../database/queries/coverage/subscriptions-at.ts';
import { isoTime } from '../database/queries/row-values.ts';
import { getRun } from '../database/queries/runs.ts';
import type { Reason } from '../errors.ts';
import type { BlindSpot, Kind } from '../inventory/coverage.ts';
import type { KindReading } from '../inventory/reading.ts';

/** One subscription that another deployment has read itself. */
export interface SourceSubscription {
  /** Its number in that database. */
  readonly key: number;
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string | null;
  readonly state: string;
  /** Its newest reading, ISO 8601 UTC. */
  readonly readAt: string;
  /** One for each requested kind. */
  readonly readings: readonly KindReading[];
  /** When rows of a kind were last read, ISO 8601 UTC; null = never. */
  readonly lastRead: (kind: Kind) => string | null;
}

/** The content of another deployment's database that a run can take in. */
export interface SourceContent {
  readonly subscriptions: readonly SourceSubscription[];
  /** What it should see and has never seen. */
  readonly blindSpots: readonly BlindSpot[];
  readonly blindSpotsKnown: boolean;
  /** Why its own list of subscriptions cannot be trusted. */
  readonly reason: Reason | null;
}

/** The run that takes a reading in sends Azure no request for it. */
export const noRequests = { requests: 0, pages: 0, retries: 0, throttledMilliseconds: 0, requestId: null } as const;

/**
 * Reads what another deployment has read itself. It leaves out what that deployment took in from others: otherwise two
 * deployments that take in each other would exchange an old reading endlessly.
 * @param source its container or file, for messages
 * @param kinds the kinds that the run reads
 * @throws {InventoryError} `InventoryNotReady`: it has no run yet
 */
export function readSourceContent(database: Database, source: string, kinds: readonly Kind[]): SourceContent {
  const asOf = resolveAsOf(database, null);
  const blindSpots = blindSpotsAt(database, asOf.seq);
  const known = [...subscriptionsAt(database, asOf.seq).values()].filter(isInScope);
  const own = known.filter((subscription) => subscription.kinds.every((kind) => kind.source === null));
  const ids = new Set(known.map(({ subscriptionId }) => subscriptionId));
  const { blindSpotsKnown, trustworthy } = subscriptionListAt(database, asOf.seq);
  return {
    subscriptions: own.flatMap((subscription) => {
      const spot = blindSpots.find(({ subscriptionId }) => subscriptionId === subscription.subscriptionId);
      return toSourceSubscription(subscription, source, kinds, spot?.grantCommand ?? null);
    }),
    blindSpots: blindSpots.filter(({ subscriptionId }) => !ids.has(subscriptionId)),
    blindSpotsKnown,
    reason: trustworthy ? null : (getRun(database, asOf.runId)?.reason ?? untrusted(source)),
  };
}

function toSourceSubscription(
  subscription: SubscriptionAt,
  source: string,
  kinds: readonly Kind[],
  grantCommand: string | null,
): SourceSubscription[] {
  const { key, subscriptionId, displayName, tenantId, state, visibility, lastRead } = subscription;
  const times = subscription.kinds.map(({ readAt }) => readAt);
  if (times.length === 0) return [];
  const readAt = isoTime(Math.max(...times));
  const readings = kinds.map((kind): KindReading => {
    const found = subscription.kinds.find((one) => one.kind === kind);
    const named = { subscriptionId, kind, ...noRequests };
    if (found === undefined) {
      const message = `${source} has not read ${kind} of subscription ${subscriptionId}`;
      const reason = { code: 'NotReadBySource', message, hint: 'Include it in the settings of that deployment' };
      return { ...named, status: 'failed', reason, count: 0, readAt };
    }
    const { requestId, count } = found;
    const row = { ...named, requestId, readAt: isoTime(found.readAt) };
    if (visibility === 'visible') return { ...row, status: found.status, reason: found.reason, count };
    const message = `${source} has read subscription ${subscriptionId}, but no longer sees it`;
    return { ...row, status: 'failed', reason: { code: 'LostBySource', message, hint: grantCommand }, count: 0 };
  });
  return [{ key, subscriptionId, displayName, tenantId, state, readAt, readings, lastRead }];
}

function untrusted(source: string): Reason {
  return { code: 'SourceNotComplete', message: `The list of subscriptions of ${source} cannot be trusted`, hint: null };
}
