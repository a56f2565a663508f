import { type Answer, jsonAnswer } from '../answer.ts';
import { armError } from '../resource-manager/arm-errors.ts';

/** A token bucket: `burst` requests at once, then `perSecond` each second. */
export interface RateLimit {
  readonly burst: number;
  readonly perSecond: number;
}

export interface RateLimits {
  /** Per subscription (or the tenant) and identity. All identities together have 15 times as much. */
  readonly reads: RateLimit;
  /**
   * Lists of Compute, per subscription and region, for all identities together. A list of a subscription takes from the
   * buckets of all its regions at once, so they are always equally full and one bucket suffices. Machines and scale
   * sets share it here, which is stricter than Azure.
   */
  readonly computeLists: RateLimit;
}

/**
 * The limits that Azure documents.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 * @see https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits
 */
export const documentedLimits: RateLimits = {
  reads: { burst: 250, perSecond: 25 },
  computeLists: { burst: 900, perSecond: 5 },
};

const allIdentities = 15;

export interface RateLimiter {
  /** Counts a request. @returns headers with the remaining requests, and a 429 when none remain */
  take(request: { readonly path: string; readonly principalId: string }): {
    readonly headers: Readonly<Record<string, string>>;
    readonly refusal: Answer | null;
  };
  /** Fills all buckets. */
  refill(): void;
}

/**
 * @param limits null = every request finds full buckets
 * @param now in milliseconds
 */
export function createRateLimiter(limits: RateLimits | null, now: () => number = Date.now): RateLimiter {
  const { reads, computeLists } = limits ?? documentedLimits;
  const globalReads = { burst: reads.burst * allIdentities, perSecond: reads.perSecond * allIdentities };
  const buckets = new Map<string, { level: number; time: number }>();
  function take(key: string, limit: RateLimit): number {
    if (limits === null) return limit.burst - 1;
    const time = now();
    const bucket = buckets.get(key) ?? { level: limit.burst, time };
    const level = Math.min(limit.burst, bucket.level + ((time - bucket.time) / 1000) * limit.perSecond);
    buckets.set(key, { level: level < 1 ? level : level - 1, time });
    return Math.floor(level) - 1;
  }
  return {
    refill: () => buckets.clear(),
    take({ path, principalId }) {
      const subscriptionId = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1]?.toLowerCase() ?? null;
      const own = take(`${subscriptionId} ${principalId}`, reads);
      if (subscriptionId === null) {
        const headers = { 'x-ms-ratelimit-remaining-tenant-reads': left(own) };
        return { headers, refusal: own < 0 ? readsThrottled('tenant', reads) : null };
      }
      const all = take(`${subscriptionId} global`, globalReads);
      const headers = {
        'x-ms-ratelimit-remaining-subscription-reads': left(own),
        'x-ms-ratelimit-remaining-subscription-global-reads': left(all),
      };
      if (own < 0 || all < 0) return { headers, refusal: readsThrottled('subscription', reads) };
      if (!computeList.test(path)) return { headers, refusal: null };
      const lists = take(`${subscriptionId} lists`, computeLists);
      return {
        headers: { ...headers, 'x-ms-ratelimit-remaining-resource': `${computeBucket};${left(lists)}` },
        refusal: lists < 0 ? jsonAnswer(429, computeThrottledBody, { 'retry-after': retryAfter(computeLists) }) : null,
      };
    },
  };
}

const computeList = /\/providers\/Microsoft\.Compute\/virtualMachine(s|ScaleSets)$/i;
const computeBucket = 'Microsoft.Compute/HighCostGetSubscriptionMaximum';

const left = (level: number): string => String(Math.max(level, 0));
const retryAfter = (limit: RateLimit): string => String(Math.max(1, Math.ceil(1 / limit.perSecond)));

/** The body of Compute's own 429, which has no `error` wrapper. @internal for tests and bench too */
export const computeThrottledBody = {
  code: 'OperationNotAllowed',
  message: 'The server rejected the request because too many requests have been received for this subscription.',
  details: [
    {
      code: 'TooManyRequests',
      target: 'HighCostGet30Min',
      message: '{"operationGroup":"HighCostGet30Min","measuredRequestCount":1242,"allowedRequestCount":1000}',
    },
  ],
} as const;

function readsThrottled(scope: 'subscription' | 'tenant', limit: RateLimit): Answer {
  return armError(
    429,
    scope === 'tenant' ? 'TenantRequestsThrottled' : 'SubscriptionRequestsThrottled',
    `Number of 'read' requests for ${scope} exceeded the limit. Please try again later.`,
    { 'retry-after': retryAfter(limit) },
  );
}
