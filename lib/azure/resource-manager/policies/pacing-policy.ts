import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Clock } from '../clock.ts';
import { contextOf } from '../request-context.ts';
import { retryAfterMs } from '../retry-after.ts';

const pacingPolicyName = 'pacingPolicy';

const fewLeft = 20;
/** Resource Manager refills 25 reads a second. */
const readGapMs = 1000 / 25;
/** Compute refills 300 lists a minute. */
const computeGapMs = 60_000 / 300;
const maxHoldMs = 60_000;

interface Pace {
  /** No request of this subscription leaves before. */
  openAt: number;
  /** Between two requests, while few are left. */
  gapMs: number;
}

/**
 * Slows a subscription down to the rate at which Azure refills its bucket as soon as few requests are left in it, before
 * Azure answers 429; after a 429 all of that subscription waits and the others go on.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 * @see https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits
 */
export function pacingPolicy(clock: Clock): PipelinePolicy {
  const paces = new Map<string, Pace>();
  return {
    name: pacingPolicyName,
    async sendRequest(request, next) {
      const { meter, signal } = contextOf(request);
      const pace = paceOf(paces, request.url);
      const now = clock.now();
      const wait = Math.ceil(pace.openAt - now);
      pace.openAt = Math.max(pace.openAt, now) + pace.gapMs;
      if (wait > 0) {
        meter.throttledMilliseconds += wait;
        await clock.delay(wait, signal);
      }
      const response = await next(request);
      pace.gapMs = gapMs(response);
      if (response.status === 429) {
        const hold = Math.min(retryAfterMs(response.headers) ?? 0, maxHoldMs);
        pace.openAt = Math.max(pace.openAt, clock.now() + hold);
      }
      return response;
    },
  };
}

/** Requests above subscriptions (lists of subscriptions, role definitions) share one pace. */
function paceOf(paces: Map<string, Pace>, url: string): Pace {
  const key = /\/subscriptions\/([^/?]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  const known = paces.get(key);
  if (known !== undefined) return known;
  const pace = { openAt: 0, gapMs: 0 };
  paces.set(key, pace);
  return pace;
}

function gapMs({ headers }: PipelineResponse): number {
  const resources = headers.get('x-ms-ratelimit-remaining-resource');
  if (resources?.split(',').some((bucket) => isFew(bucket.split(';')[1])) === true) return computeGapMs;
  const reads =
    isFew(headers.get('x-ms-ratelimit-remaining-subscription-reads')) ||
    isFew(headers.get('x-ms-ratelimit-remaining-subscription-global-reads'));
  return reads ? readGapMs : 0;
}

function isFew(remaining: string | undefined): boolean {
  return remaining !== undefined && /^\s*\d+\s*$/.test(remaining) && Number(remaining) < fewLeft;
}
