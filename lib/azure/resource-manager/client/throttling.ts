import type { PipelineResponse } from '@azure/core-rest-pipeline';
import { retryAfterMs } from './retry-after.ts';

const maxWaitMs = 60_000;
const backOffMs = 1000;
/** A server that says `Retry-After: 0` again and again is still asked ever more rarely. */
const leastBackOffMs = 200;

/** 429, and 503 with a time to wait. */
export function isThrottled({ status, headers }: PipelineResponse): boolean {
  return status === 429 || (status === 503 && retryAfterMs(headers) !== null);
}

/** To ask again sooner would be in vain. A minute at most: Compute can ask for twenty. */
export function askedWaitMs({ headers }: PipelineResponse): number {
  return Math.min(Math.ceil(retryAfterMs(headers) ?? 0), maxWaitMs);
}

/** @param before how often the same request was throttled before this answer */
export function throttleWaitMs(answer: PipelineResponse, before: number): number {
  const least = retryAfterMs(answer.headers) === null ? backOffMs : leastBackOffMs;
  return Math.min(Math.max(askedWaitMs(answer), least * 2 ** before), maxWaitMs);
}
