import type { FaultAnswer } from '../../local/azure/faults/faults.ts';
import { computeThrottledBody } from '../../local/azure/faults/rate-limits.ts';

/** How a 429 says when to retry. */
type RetryAfter = { readonly seconds: number } | { readonly date: Date } | { readonly milliseconds: number } | 'absent';

/** Resource Manager's 429. */
export function throttled(retryAfter: RetryAfter): FaultAnswer {
  return {
    kind: 'status',
    status: 429,
    headers: retryAfterHeaders(retryAfter),
    body: {
      error: {
        code: 'SubscriptionRequestsThrottled',
        message: "Number of 'read' requests for subscription exceeded the limit. Please try again later.",
      },
    },
  };
}

/** Compute's own 429. */
export function computeThrottled(retryAfter: RetryAfter): FaultAnswer {
  return {
    kind: 'status',
    status: 429,
    headers: {
      ...retryAfterHeaders(retryAfter),
      'x-ms-ratelimit-remaining-resource': 'Microsoft.Compute/HighCostGet3Min;0',
    },
    body: computeThrottledBody,
  };
}

/** 500, 502 or 503 from the gateway. */
export function serverError(status: 500 | 502 | 503): FaultAnswer {
  const code = { 500: 'InternalServerError', 502: 'ProviderError', 503: 'ServerTimeout' }[status];
  return {
    kind: 'status',
    status,
    body: { error: { code, message: 'The resource provider could not complete the request. Please try again later.' } },
  };
}

/** Azure's 403 for an action at a scope. */
export function forbidden(action: string, scope: string): FaultAnswer {
  return {
    kind: 'status',
    status: 403,
    body: {
      error: {
        code: 'AuthorizationFailed',
        message: `The client does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      },
    },
  };
}

/** The errors of the instance metadata service. */
export function identityError(status: 400 | 404 | 410 | 429 | 500): FaultAnswer {
  const description = {
    400: 'Identity not found',
    404: 'IMDS endpoint is updating',
    410: 'IMDS is going through updates',
    429: 'Too many requests',
    500: 'An unexpected error occured while fetching the AAD Token.',
  }[status];
  return { kind: 'status', status, body: { error: 'invalid_request', error_description: description } };
}

function retryAfterHeaders(retryAfter: RetryAfter): Record<string, string> {
  if (retryAfter === 'absent') return {};
  if ('seconds' in retryAfter) return { 'retry-after': String(retryAfter.seconds) };
  if ('date' in retryAfter) return { 'retry-after': retryAfter.date.toUTCString() };
  return { 'retry-after-ms': String(retryAfter.milliseconds) };
}
