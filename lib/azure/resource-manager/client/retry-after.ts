import type { HttpHeaders, PipelineResponse } from '@azure/core-rest-pipeline';

/** The cap on Retry-After: Compute can request twenty minutes. */
const maxWaitMs = 60_000;
const backOffMs = 1000;
/** Doubles with each throttled attempt, so that a server that repeats `Retry-After: 0` gets ever fewer requests. */
const minBackOffMs = 200;

/**
 * The wait that a server requests, in milliseconds, without a cap; null if there is none or it is unreadable.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(headers: Pick<HttpHeaders, 'get'>): number | null {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const milliseconds = toNumber(headers.get(name));
    if (milliseconds !== null) return milliseconds;
  }
  const value = headers.get('retry-after');
  const seconds = toNumber(value);
  if (seconds !== null) return seconds * 1000;
  const date = Date.parse(value ?? '');
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

/** Status 429, or 503 with a time to wait. */
export function isThrottled({ status, headers }: PipelineResponse): boolean {
  return status === 429 || (status === 503 && retryAfterMs(headers) !== null);
}

/** The wait that the server requests, capped. Azure refuses a request that comes earlier. */
export function requestedWaitMs({ headers }: PipelineResponse): number {
  return Math.min(Math.ceil(retryAfterMs(headers) ?? 0), maxWaitMs);
}

/** @param earlierThrottles how often the same request was throttled before this answer */
export function throttleWaitMs(answer: PipelineResponse, earlierThrottles: number): number {
  const leastMs = (retryAfterMs(answer.headers) === null ? backOffMs : minBackOffMs) * 2 ** earlierThrottles;
  return Math.min(Math.max(requestedWaitMs(answer), leastMs), maxWaitMs);
}

function toNumber(value: string | undefined): number | null {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null;
}
