interface Headers {
  get(name: string): string | undefined;
}

/** One of these comes with every answer: what Resource Manager itself still takes, of this identity and of all together. */
const readHeaders = [
  'x-ms-ratelimit-remaining-subscription-reads',
  'x-ms-ratelimit-remaining-subscription-global-reads',
  'x-ms-ratelimit-remaining-tenant-reads',
];
/** Resource Manager refills 25 reads a second. */
const readRefillMs = 1000 / 25;
/** Compute refills 300 lists a minute: the slowest of the documented refills. */
export const slowestRefillMs = 60_000 / 300;
const fewLeft = 20;
const maxGapMs = 60_000;

/**
 * How far apart requests must leave, so that the bucket that is next to be empty does not run dry; 0 while there is plenty.
 * At the rate of the refill as soon as few are left, slower when others keep draining the same bucket.
 * @param underWay requests sent that the answer may not have counted
 * @param largest the most that was ever left in a bucket counted over a window (`HighCostGet3Min`), by its name: what such a
 * bucket takes is documented nowhere
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 * @see https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits
 */
export function gapBetweenRequests(headers: Headers, underWay: number, largest: Map<string, number>): number {
  let gap = 0;
  for (const name of readHeaders) {
    const left = headers.get(name);
    if (left !== undefined) gap = Math.max(gap, slowed(readRefillMs, Number.parseInt(left, 10) - underWay));
  }
  const resources = headers.get('x-ms-ratelimit-remaining-resource');
  if (resources === undefined) return gap;
  for (const bucket of resources.split(',')) {
    const at = bucket.indexOf(';');
    const left = Number.parseInt(bucket.slice(at + 1), 10);
    gap = Math.max(gap, slowed(refillMs(bucket.slice(0, at), left, largest), left - underWay));
  }
  return Math.min(gap, maxGapMs);
}

/** What cannot be read slows nothing down. */
function slowed(refill: number, left: number): number {
  if (left >= fewLeft / 2) return left < fewLeft ? refill : 0;
  if (left >= fewLeft / 4) return refill * 2;
  return left < fewLeft / 4 ? refill * 4 : 0;
}

function refillMs(bucket: string, left: number, largest: Map<string, number>): number {
  if (!bucket.endsWith('Min')) return slowestRefillMs;
  const most = Math.max(fewLeft, largest.get(bucket) ?? 0, left);
  largest.set(bucket, most);
  const windowMs = Number(/\d+(?=Min$)/.exec(bucket)?.[0] ?? 1) * 60_000;
  return windowMs / most;
}
