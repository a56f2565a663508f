import type { PipelinePolicy, PipelineResponse } from '@azure/core-rest-pipeline';
import { NoTokenError } from '../../../../errors.ts';
import type { Cloud } from '../../../cloud.ts';
import type { TokenRequest, TokenSource } from '../../../token.ts';
import { parseErrorBody, toArmError } from '../error-answer.ts';
import { contextOf } from '../request-context.ts';

/** A new token can help against these. */
const replaceable = ['ExpiredAuthenticationToken', 'InvalidAuthenticationToken', 'AuthenticationFailed'];

/**
 * Sends the token to Resource Manager's own origin only. Replaces a refused token once, and answers a claims challenge
 * (continuous access evaluation) once. The SDK's policy does neither for managed identities.
 * @throws {NoTokenError} there is no token, Resource Manager refuses the new one too, or the audience is wrong
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function bearerTokenPolicy(
  cloud: Pick<Cloud, 'resourceManagerEndpoint' | 'audience'>,
  tokens: Pick<TokenSource, 'token'>,
): PipelinePolicy {
  const { origin } = new URL(cloud.resourceManagerEndpoint);
  return {
    name: 'bearerTokenPolicy',
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
      if (replacement === null) return throwIfRefused(response, cloud.audience);
      const fresh = await tokens.token(replacement);
      request.headers.set('Authorization', `Bearer ${fresh.token}`);
      meter.retries += 1;
      return throwIfRefused(await next(request), cloud.audience);
    },
  };
}

/** Which token to request after a refusal; null if another token would not help. */
function replacementFor(response: PipelineResponse, refused: string, signal: AbortSignal): TokenRequest | null {
  const claims = claimsOf(response.headers.get('www-authenticate'));
  if (claims !== null) return { claims, refuse: refused, signal };
  const { code } = parseErrorBody(response.bodyAsText);
  return code !== null && replaceable.includes(code) ? { refuse: refused, signal } : null;
}

/**
 * The claims that a `WWW-Authenticate` header requests, decoded (JSON); null if it is no claims challenge.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge#claims-challenge-header-format
 */
function claimsOf(header: string | undefined): string | null {
  if (header === undefined || !/\berror="insufficient_claims"/i.test(header)) return null;
  const encoded = /\bclaims="([^"]+)"/i.exec(header)?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, 'base64').toString();
}

/** Passes an answer on, unless Resource Manager refuses this identity everywhere. */
function throwIfRefused(response: PipelineResponse, audience: string): PipelineResponse {
  if (response.status !== 401) return response;
  const { code, message, requestId } = toArmError(response);
  // Another tenant's subscription: only that subscription refuses the token.
  if (code === 'InvalidAuthenticationTokenTenant') return response;
  const request = requestId === null ? '' : ` (request ${requestId})`;
  throw new NoTokenError(
    { given: code },
    `Resource Manager refuses the token for audience '${audience}': ${message}${request}`,
    { hint: 'Check AZURE_CLOUD and AZURE_RESOURCE_MANAGER_AUDIENCE; vm-identities whoami shows whose token it is' },
  );
}
