import { type IdentityEndpointAnswer, isNothingListening } from './identity-endpoint-answer.ts';

const firstDelayMs = 800;
const longestDelayMs = 20_000;
const mostRetries = 5;
/** An endpoint that restarts answers nothing for a moment; nothing there at all should be said within seconds. */
const retriesWhenNothingListens = 2;
/** 410 means that IMDS is being updated and comes back within 70 seconds. */
const shortestDelayWhenGoneMs = 3_000;

/**
 * How long to wait before the next attempt, in milliseconds; null when another one is of no use.
 * @param attempt the number of attempts made, from 1
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling
 */
export function backoffMs(answer: IdentityEndpointAnswer, attempt: number): number | null {
  const exponential = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  switch (answer.kind) {
    case 'token':
    case 'failed':
      return null;
    case 'timeout':
      return attempt < 2 ? 0 : null;
    case 'unreachable':
      return attempt <= (isNothingListening(answer) ? retriesWhenNothingListens : mostRetries) ? exponential : null;
    case 'refused': {
      const { status } = answer;
      if (attempt > mostRetries || !(status === 404 || status === 410 || status === 429 || status >= 500)) return null;
      const leastMs = status === 410 ? shortestDelayWhenGoneMs * 2 ** (attempt - 1) : exponential;
      return Math.min(longestDelayMs, Math.max(leastMs, answer.retryAfterMs ?? 0));
    }
  }
}
