import { isCertificateFault } from '../certificate-fault.ts';
import { type IdentityEndpointAnswer, isNothingListening, noProbeAnswer } from './identity-endpoint-answer.ts';

const firstDelayMs = 800;
const maxDelayMs = 20_000;
const maxRetries = 5;
/** Fewer, so that a host without an identity fails within seconds. An endpoint that restarts is silent for a moment. */
const maxRetriesIfNothingListens = 2;
/** Status 410: IMDS is being updated and is back within 70 seconds. */
const firstDelayIfGoneMs = 3_000;

/**
 * How long to wait before the next attempt, in milliseconds; null if a retry is useless.
 * @param attempt the number of attempts so far, from 1
 * @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling
 */
export function backoffMs(answer: IdentityEndpointAnswer, attempt: number): number | null {
  const exponentialMs = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1));
  switch (answer.kind) {
    case 'token':
    case 'failed':
      return null;
    case 'timeout':
      return attempt < 2 ? exponentialMs : null;
    case 'unreachable':
      if (answer.errorCode === noProbeAnswer || isCertificateFault(answer.errorCode)) return null;
      return attempt <= (isNothingListening(answer) ? maxRetriesIfNothingListens : maxRetries) ? exponentialMs : null;
    case 'refused': {
      const { status } = answer;
      if (attempt > maxRetries || !(status === 404 || status === 410 || status === 429 || status >= 500)) return null;
      const leastMs = status === 410 ? firstDelayIfGoneMs * 2 ** (attempt - 1) : exponentialMs;
      return Math.min(maxDelayMs, Math.max(leastMs, answer.retryAfterMs ?? 0));
    }
  }
}
