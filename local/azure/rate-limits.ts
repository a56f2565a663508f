import { type Answer, jsonAnswer } from './answer.ts';
import { armError } from './arm-errors.ts';
import { computeThrottledBody } from './fault-presets.ts';

/** A token bucket: `burst` requests at once, `perSecond` more each second. */
export interface RateLimit {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Limits per subscription. Azure documents 250 and 25 a second for reads, 900 and 5 a second for lists of Compute.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export interface RateLimits {
  readonly reads: RateLimit;
  readonly computeLists: RateLimit;
}

export interface RateLimiter {
  /** Headers that tell what is left, and the 429 once nothing is. */
  take(subscriptionId: string, isComputeList: boolean): RateLimitVerdict;
}
export interface RateLimitVerdict {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal: Answer | null;
}

/** Without limits every request finds its buckets full, as on a quiet day. */
export function createRateLimiter(limits: RateLimits | null): RateLimiter {
  const buckets = new Map<string, { level: number; time: number }>();
  function take(key: string, limit: RateLimit): number {
    const now = Date.now();
    const bucket = buckets.get(key) ?? { level: limit.burst, time: now };
    const level = Math.min(limit.burst, bucket.level + ((now - bucket.time) / 1000) * limit.perSecond) - 1;
    buckets.set(key, { level: Math.max(level, 0), time: now });
    return Math.floor(level);
  }
  return {
    take(subscriptionId, isComputeList) {
      const key = subscriptionId.toLowerCase();
      const reads = limits === null ? 249 : take(`${key} reads`, limits.reads);
      const lists = limits === null || !isComputeList ? 899 : take(`${key} lists`, limits.computeLists);
      const headers = {
        'x-ms-ratelimit-remaining-subscription-reads': String(Math.max(reads, 0)),
        'x-ms-ratelimit-remaining-subscription-global-reads': '3749',
        ...(isComputeList
          ? {
              'x-ms-ratelimit-remaining-resource': `Microsoft.Compute/HighCostGetSubscriptionMaximum;${Math.max(lists, 0)}`,
            }
          : {}),
      };
      if (limits !== null && reads < 0) return { headers, refusal: subscriptionThrottled(limits.reads) };
      if (limits !== null && lists < 0) return { headers, refusal: computeThrottled(limits.computeLists) };
      return { headers, refusal: null };
    },
  };
}

const retryAfter = (limit: RateLimit): string => String(Math.max(1, Math.ceil(1 / limit.perSecond)));

function subscriptionThrottled(limit: RateLimit): Answer {
  return armError(
    429,
    'SubscriptionRequestsThrottled',
    "Number of 'read' requests for subscription exceeded the limit. Please try again later.",
    { 'retry-after': retryAfter(limit) },
  );
}

function computeThrottled(limit: RateLimit): Answer {
  return jsonAnswer(429, computeThrottledBody, { 'retry-after': retryAfter(limit) });
}
