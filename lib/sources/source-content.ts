import * as v from 'valibot';
import type { Database } from '../database/database.ts';
import { resolveAsOf } from '../database/queries/as-of.ts';
import { blindSpotsAt, subscriptionListAt } from '../database/queries/coverage/completeness.ts';
import { isInScope, type SubscriptionAt, subscriptionsAt } from '../database/queries/coverage/subscriptions-at.ts';
import { isoTime } from '../database/queries/row-values.ts';
import { getRun } from '../database/queries/runs.ts';
import type { Reason } from '../errors.ts';
import { grantReaderCommand, type Kind } from '../inventory/coverage.ts';
import type { Plan } from '../inventory/plan.ts';
import type { KindReading } from '../inventory/reading.ts';
import { count } from '../inventory/shape.ts';
import { reasonOfSource } from './source-reason.ts';
import { blindSpotShape, subscriptionShape } from './source-shapes.ts';

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
  readonly blindSpots: Plan['blindSpots'];
  readonly blindSpotsKnown: boolean;
  /** Why its own list of subscriptions cannot be trusted. */
  readonly reason: Reason | null;
}

/** The run that takes a reading in sends Azure no request for it. */
export const noRequests = { requests: 0, pages: 0, retries: 0, throttledMilliseconds: 0, requestId: null } as const;

/**
 * Reads what another deployment has read itself. It leaves out what that deployment took in from others: otherwise two
 * deployments that take in each other would exchange an old reading endlessly. No hint and no command is taken from
 * there: the commands grant roles to the identity of this run.
 * @param source its container or file, for messages
 * @throws {InventoryError} `InventoryNotReady`: it has no run yet
 * @throws {TypeError | SyntaxError | v.ValiError} no run writes such a row
 */
export function readSourceContent(
  database: Database,
  source: string,
  { kinds, principalId }: Pick<Plan, 'kinds' | 'principalId'>,
): SourceContent {
  const asOf = resolveAsOf(database, null);
  const known = [...subscriptionsAt(database, asOf.seq).values()].filter(isInScope);
  const own = known.filter((subscription) => subscription.kinds.every((kind) => kind.source === null));
  const ids = new Set(known.map(({ subscriptionId }) => subscriptionId));
  const { blindSpotsKnown, trustworthy } = subscriptionListAt(database, asOf.seq);
  const reason = trustworthy ? null : (getRun(database, asOf.runId)?.reason ?? untrusted);
  return {
    subscriptions: own.flatMap((subscription) => toSourceSubscription(subscription, source, kinds, principalId)),
    blindSpots: blindSpotsAt(database, asOf.seq)
      .map((spot) => v.parse(blindSpotShape, spot))
      .filter(({ subscriptionId }) => !ids.has(subscriptionId))
      .map((spot) => ({ ...spot, grantCommand: grantReaderCommand(spot.subscriptionId, principalId) })),
    blindSpotsKnown,
    reason: reason === null ? null : reasonOfSource(source, reason),
  };
}

function toSourceSubscription(
  { key, visibility, lastRead, ...subscription }: SubscriptionAt,
  source: string,
  kinds: readonly Kind[],
  principalId: string | null,
): SourceSubscription[] {
  const times = subscription.kinds.map(({ readAt }) => readAt);
  if (times.length === 0) return [];
  const shown = v.parse(subscriptionShape, { ...subscription, readAt: isoTime(Math.max(...times)) });
  const { subscriptionId, readAt } = shown;
  const readings = kinds.map((kind): KindReading => {
    const found = subscription.kinds.find((one) => one.kind === kind);
    const named = { subscriptionId, kind, ...noRequests };
    if (found === undefined) {
      const message = `${source} has not read ${kind} of subscription ${subscriptionId}`;
      const reason = { code: 'NotReadBySource', message, hint: 'Include it in the settings of that deployment' };
      return { ...named, status: 'failed', reason, count: 0, readAt };
    }
    const row = { ...named, requestId: found.requestId, readAt: isoTime(found.readAt) };
    if (visibility === 'visible') {
      const reason = found.reason === null ? null : reasonOfSource(source, found.reason);
      return { ...row, status: found.status, reason, count: v.parse(count, found.count) };
    }
    const message = `${source} has read subscription ${subscriptionId}, but no longer sees it`;
    const hint = grantReaderCommand(subscriptionId, principalId);
    return { ...row, status: 'failed', reason: { code: 'LostBySource', message, hint }, count: 0 };
  });
  return [{ ...shown, key, readings, lastRead }];
}

const untrusted: Reason = {
  code: 'SourceNotComplete',
  message: 'the list of subscriptions cannot be trusted',
  hint: null,
};
