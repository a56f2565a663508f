import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import { NoTokenError } from '../../../../errors.ts';
import type { Cloud } from '../../../cloud.ts';
import type { TokenRequest, TokenSource } from '../../../token.ts';
import { claimsOf } from '../claims-challenge.ts';
import { toArmError } from '../error-answer.ts';
import { parseErrorBody } from '../errors/error-body.ts';
import { contextOf } from '../request-context.ts';

const bearerTokenPolicyName = 'bearerTokenPolicy';

const replaceable = ['ExpiredAuthenticationToken', 'InvalidAuthenticationToken', 'AuthenticationFailed'];

/**
 * Puts the token on requests to Resource Manager's own origin, and on nothing else. A token that Resource Manager refuses is
 * replaced once; a claims challenge (continuous access evaluation) is answered once. The SDK's policy does neither for
 * managed identities.
 * @throws {NoTokenError} no token is to be had, or Resource Manager refuses the new one too, or it is for another audience
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function bearerTokenPolicy(
  cloud: Pick<Cloud, 'resourceManagerEndpoint' | 'audience'>,
  tokens: Pick<TokenSource, 'token'>,
): PipelinePolicy {
  const { origin } = new URL(cloud.resourceManagerEndpoint);
  return {
    name: bearerTokenPolicyName,
    async sendRequest(request, next) {
      const url = new URL(request.url);
      if (url.origin !== origin || url.protocol !== 'https:') {
        throw new Error(`A token for ${origin} is not sent to ${url.origin}`);
      }
      const { meter, signal } = contextOf(request);
      const { token } = await tokens.token({ signal });
      request.headers.set('Authorization', `Bearer ${token}`);
      const response = await next(request);
      const replacement = response.status === 401 ? replacementFor(response, token, signal) : null;
      if (replacement === null) return refusedForGood(response, cloud.audience);
      const fresh = await tokens.token(replacement);
      request.headers.set('Authorization', `Bearer ${fresh.token}`);
      meter.retries += 1;
      return refusedForGood(await next(request), cloud.audience);
    },
  };
}

/** What to ask the token source for when a token was refused; null when another token would not help. */
function replacementFor(response: PipelineResponse, refused: string, signal: AbortSignal): TokenRequest | null {
  const claims = claimsOf(response.headers.get('www-authenticate'));
  if (claims !== null) return { claims, refuse: refused, signal };
  const { code } = parseErrorBody(response.bodyAsText);
  return code !== null && replaceable.includes(code) ? { refuse: refused, signal } : null;
}

/** Passes an answer on, unless it says that this identity gets no further anywhere. */
function refusedForGood(response: PipelineResponse, audience: string): PipelineResponse {
  if (response.status !== 401) return response;
  const { code, message, requestId } = toArmError(response);
  // a subscription of another tenant concerns that subscription only
  if (code === 'InvalidAuthenticationTokenTenant') return response;
  throw new NoTokenError(
    { given: code },
    `Resource Manager refuses the token for audience '${audience}': ${message}${requestId === null ? '' : ` (request ${requestId})`}`,
    { hint: 'Check AZURE_CLOUD and AZURE_RESOURCE_MANAGER_AUDIENCE; vm-identities whoami shows whose token it is' },
  );
}
