import type { HttpHeaders, PipelineResponse } from '@azure/core-rest-pipeline';
import { parseErrorBody } from './error-answer.ts';
import { isThrottled, throttleWaitMs } from './retry-after.ts';

/** Every answer has one of these: how many reads Resource Manager still accepts, from this identity or from all. */
const readHeaders = [
  'x-ms-ratelimit-remaining-subscription-reads',
  'x-ms-ratelimit-remaining-subscription-global-reads',
  'x-ms-ratelimit-remaining-tenant-reads',
];
/** Resource Manager refills 25 reads a second. */
const readRefillMs = 1000 / 25;
/** Compute refills 300 lists a minute, the slowest documented refill. */
const slowestRefillMs = 60_000 / 300;
const fewLeft = 20;
const maxGapMs = 60_000;

/** When requests of one subscription may leave. Times are the clock's, in milliseconds. */
export interface Pace {
  /** No request leaves earlier, because Azure throttled one. */
  heldUntil: number;
  /** Azure's message for that. */
  heldBecause: string | null;
  /** The first free turn. */
  nextTurn: number;
  /** Between two requests, while few are left. */
  gapMs: number;
  /** Requests sent and not yet answered. */
  inFlight: number;
  /** See {@link gapBetweenRequests}. */
  readonly largest: Map<string, number>;
}

export type Paces = ReturnType<typeof createPaces>;

/** The activity log has limits of its own. @see lib/azure/resource-manager/resources/activity-log.ts */
const activityLog = /\/providers\/Microsoft\.Insights\/eventtypes\//i;

/**
 * One per subscription, so throttling one never slows the rest, and one more for its activity log, so throttling the log
 * never slows the inventory.
 */
export function createPaces() {
  const paces = new Map<string, Pace>();
  return {
    /** The pace of a URL's subscription. Requests outside a subscription (its list, role definitions) share one. */
    of(url: string): Pace {
      const subscriptionId = /\/subscriptions\/([^/?]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
      const key = activityLog.test(url) ? `${subscriptionId} activity log` : subscriptionId;
      const known = paces.get(key);
      if (known !== undefined) return known;
      const pace = { heldUntil: 0, heldBecause: null, nextTurn: 0, gapMs: 0, inFlight: 0, largest: new Map() };
      paces.set(key, pace);
      return pace;
    },
  };
}

/** @returns when the request may leave: now, or later */
export function takeTurn(pace: Pace, now: number): number {
  const turn = Math.max(now, pace.heldUntil, pace.nextTurn);
  pace.nextTurn = turn + pace.gapMs;
  return turn;
}

/**
 * Adjusts a pace to an answer whose request still counts as in flight. A throttled answer holds the subscription at
 * once, even for requests that already wait at the gate. Then requests leave one by one until an answer reports that
 * plenty are left.
 */
export function learn(pace: Pace, answer: PipelineResponse, now: number): void {
  pace.gapMs = gapBetweenRequests(answer.headers, pace.inFlight - 1, pace.largest);
  if (!isThrottled(answer)) return;
  pace.gapMs = Math.max(pace.gapMs, slowestRefillMs);
  pace.heldBecause = parseErrorBody(answer.bodyAsText).message;
  hold(pace, now + throttleWaitMs(answer, 0));
}

/** Lets no request leave until then. */
export function hold(pace: Pace, until: number): void {
  pace.heldUntil = Math.max(pace.heldUntil, until);
}

/** Requests leave more slowly than the documented buckets refill. */
export function isCrawling(pace: Pace): boolean {
  return pace.gapMs > slowestRefillMs;
}

/**
 * Milliseconds between two requests, so that no bucket runs empty; 0 while plenty are left. Few left: the rate of the
 * refill. Fewer, because others drain the same bucket: slower.
 * @param inFlight requests that the answer may not have counted
 * @param largest by name, the most that was ever left in a bucket with a time window (`HighCostGet3Min`), because the
 *   capacity of those is not documented
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 * @see https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits
 * @internal for tests
 */
export function gapBetweenRequests(
  headers: Pick<HttpHeaders, 'get'>,
  inFlight: number,
  largest: Map<string, number>,
): number {
  let gapMs = 0;
  for (const name of readHeaders) {
    const left = headers.get(name);
    if (left !== undefined) gapMs = Math.max(gapMs, gapAt(readRefillMs, Number.parseInt(left, 10) - inFlight));
  }
  const buckets = headers.get('x-ms-ratelimit-remaining-resource');
  if (buckets === undefined) return gapMs;
  for (const bucket of buckets.split(',')) {
    const separator = bucket.indexOf(';');
    const left = Number.parseInt(bucket.slice(separator + 1), 10);
    gapMs = Math.max(gapMs, gapAt(refillMs(bucket.slice(0, separator), left, largest), left - inFlight));
  }
  return Math.min(gapMs, maxGapMs);
}

/** An unreadable number slows nothing down: every comparison with NaN is false. */
function gapAt(refillMs: number, left: number): number {
  if (left >= fewLeft / 2) return left < fewLeft ? refillMs : 0;
  if (left >= fewLeft / 4) return refillMs * 2;
  return left < fewLeft / 4 ? refillMs * 4 : 0;
}

function refillMs(bucket: string, left: number, largest: Map<string, number>): number {
  if (!bucket.endsWith('Min')) return slowestRefillMs;
  const most = Math.max(fewLeft, largest.get(bucket) ?? 0, left);
  largest.set(bucket, most);
  const windowMs = Number(/(?<!\d)\d+(?=Min$)/.exec(bucket)?.[0] ?? 1) * 60_000;
  return windowMs / most;
}
