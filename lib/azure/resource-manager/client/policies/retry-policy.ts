import type { PipelinePolicy, PipelineRequest, PipelineResponse, SendRequest } from '@azure/core-rest-pipeline';
import type { Clock } from '../../../../async/clock.ts';
import { parseErrorBody } from '../error-answer.ts';
import { ConnectionError, InvalidResponseError, ThrottledError } from '../errors.ts';
import { hold, type Paces } from '../pace.ts';
import { affordableWaitMs, contextOf } from '../request-context.ts';
import { isThrottled, requestedWaitMs, throttleWaitMs } from '../retry-after.ts';

const maxFailures = 5;
/** If each attempt times out, there are two. */
const failingForMs = 90_000;
const failureBackOffMs = 250;

/**
 * Repeats a GET:
 * - Throttled (429, or 503 with a time to wait): while the subscription's budget of waits lasts. Each wait holds the
 *   whole subscription, for a minute at most; the pacing policy waits and pays.
 * - Failed (408, 500, 502, 503, 504, a broken connection, a body cut off): five times, with exponential back-off and
 *   jitter, while attempts fail quickly.
 *
 * Passes the last failure on.
 * @throws {ThrottledError} the budget is used up
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function retryPolicy(paces: Paces, clock: Clock): PipelinePolicy {
  return {
    name: 'retryPolicy',
    async sendRequest(request, next) {
      if (request.method !== 'GET') return next(request);
      const { meter, budget, signal } = contextOf(request);
      const startedAt = clock.now();
      let throttledMs = 0;
      let failures = 0;
      for (let throttles = 0; ; meter.retries += 1) {
        const outcome = await attempt(request, next);
        const now = clock.now();
        if (!('error' in outcome) && isThrottled(outcome)) {
          const waitMs = Math.min(throttleWaitMs(outcome, throttles), affordableWaitMs(budget, now));
          if (waitMs <= 0 || waitMs < requestedWaitMs(outcome)) {
            throw new ThrottledError(new URL(request.url).pathname, parseErrorBody(outcome.bodyAsText).message);
          }
          throttles += 1;
          throttledMs += waitMs;
          hold(paces.of(request.url), now + waitMs);
        } else if (isFailure(outcome) && failures < maxFailures && now - startedAt - throttledMs < failingForMs) {
          await clock.delay(failureBackOffMs * 2 ** failures * (0.5 + Math.random() / 2), signal);
          failures += 1;
        } else if ('error' in outcome) {
          throw outcome.error;
        } else {
          return outcome;
        }
      }
    },
  };
}

/** Why there is no complete answer. */
interface Failed {
  readonly error: unknown;
}

async function attempt(request: PipelineRequest, next: SendRequest): Promise<PipelineResponse | Failed> {
  try {
    return await next(request);
  } catch (error) {
    return { error };
  }
}

function isFailure(outcome: PipelineResponse | Failed): boolean {
  if (!('error' in outcome)) return [408, 500, 502, 503, 504].includes(outcome.status);
  if (outcome.error instanceof ConnectionError) return outcome.error.transient;
  return outcome.error instanceof InvalidResponseError && outcome.error.cutOff;
}
