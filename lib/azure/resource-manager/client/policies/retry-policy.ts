import type { PipelinePolicy, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Clock } from '../../../../async/clock.ts';
import { ConnectionError } from '../errors/connection-error.ts';
import { parseErrorBody } from '../errors/error-body.ts';
import { InvalidResponseError } from '../errors/invalid-response-error.ts';
import { ThrottledError } from '../errors/throttled-error.ts';
import { hold, type Paces } from '../pace.ts';
import { affordableWaitMs, contextOf } from '../request-context.ts';
import { askedWaitMs, isThrottled, throttleWaitMs } from '../throttling.ts';

const retryPolicyName = 'retryPolicy';

const maxFailures = 5;
/** A server that lets each attempt time out gets two. */
const failingForMs = 90_000;
const failureBackOffMs = 250;

/**
 * Repeats a GET: throttled ones (429, and 503 with a time to wait) for as long as the subscription's budget of waits lasts,
 * one wait a minute at most, during which the whole subscription is held (the pacing policy waits and pays); failed ones (408, 500,
 * 502, 503, 504, broken connections, bodies cut off) five times, with exponential back-off and jitter, as long as they come soon.
 * The last failure is passed on.
 * @throws {ThrottledError} the budget is used up
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function retryPolicy(paces: Paces, clock: Clock): PipelinePolicy {
  return {
    name: retryPolicyName,
    async sendRequest(request, next) {
      if (request.method !== 'GET') return next(request);
      const { meter, budget, signal } = contextOf(request);
      const startedAt = clock.now();
      let throttledMs = 0;
      let failures = 0;
      for (let throttles = 0; ; meter.retries += 1) {
        const outcome = await attempt(request, next);
        if (!('error' in outcome) && isThrottled(outcome)) {
          const now = clock.now();
          const wait = Math.min(throttleWaitMs(outcome, throttles), affordableWaitMs(budget, now));
          if (wait <= 0 || wait < askedWaitMs(outcome)) {
            throw new ThrottledError(new URL(request.url).pathname, parseErrorBody(outcome.bodyAsText).message);
          }
          throttles += 1;
          throttledMs += wait;
          hold(paces.of(request.url), now + wait);
        } else if (
          isFailure(outcome) &&
          failures < maxFailures &&
          clock.now() - startedAt - throttledMs < failingForMs
        ) {
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

/** Why there is no answer, or none that is whole. */
interface Failed {
  readonly error: unknown;
}

async function attempt(
  request: PipelineRequest,
  next: (request: PipelineRequest) => Promise<PipelineResponse>,
): Promise<PipelineResponse | Failed> {
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
