import type { PipelinePolicy, PipelineRequest, PipelineResponse, SendRequest } from '@azure/core-rest-pipeline';
import { untilAborted } from '../../../../async/with-timeout.ts';
import { NoTokenError } from '../../../../errors.ts';
import type { Cloud } from '../../../cloud.ts';
import type { TokenRequest, TokenSource } from '../../../token.ts';
import { parseErrorBody, toArmError } from '../error-answer.ts';
import { contextOf } from '../request-context.ts';

/** A new token can help against these. */
const replaceable = ['ExpiredAuthenticationToken', 'InvalidAuthenticationToken', 'AuthenticationFailed'];

/**
 * Sends the token to Resource Manager's own origin only. Replaces a refused token once, and answers a claims challenge
 * (continuous access evaluation) once. The SDK's policy does neither for managed identities. A refusal that stays is
 * the answer to that one request, if Resource Manager knows the identity elsewhere.
 * @throws {NoTokenError} there is no token, or Resource Manager refuses it for the list of subscriptions or for
 *   everything so far
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function bearerTokenPolicy(
  cloud: Pick<Cloud, 'resourceManagerEndpoint' | 'audience'>,
  tokens: Pick<TokenSource, 'token'>,
): PipelinePolicy {
  const { origin } = new URL(cloud.resourceManagerEndpoint);
  const identity = watchIdentity();

  /** Sends a request with one token, and with another if that one is refused. */
  async function exchange(request: PipelineRequest, next: SendRequest): Promise<PipelineResponse> {
    const { meter, signal } = contextOf(request);
    const { token } = await tokens.token({ signal });
    request.headers.set('Authorization', `Bearer ${token}`);
    const response = await next(request);
    const replacement = response.status === 401 ? replacementFor(response, token, signal) : null;
    if (replacement === null) return response;
    try {
      const fresh = await tokens.token(replacement);
      request.headers.set('Authorization', `Bearer ${fresh.token}`);
    } catch (error) {
      if (error instanceof NoTokenError && identity.isKnown()) return response;
      throw error;
    }
    meter.retries += 1;
    return next(request);
  }

  return {
    name: 'bearerTokenPolicy',
    async sendRequest(request, next) {
      if (!request.url.startsWith(`${origin}/`) || !origin.startsWith('https:')) {
        throw new Error(`A token for ${origin} is not sent to ${new URL(request.url).origin}`);
      }
      const response = await identity.watch(() => exchange(request, next));
      if (response.status !== 401 || isOfAnotherTenant(response)) return response;
      const isList = new URL(request.url).pathname === '/subscriptions';
      if (!isList && (await identity.isKnownAtLast(contextOf(request).signal))) return response;
      throw refusedEverywhere(response, cloud.audience);
    },
  };
}

/** Notes whether Resource Manager knows the identity: it has answered a request of it, or refused one for its rights. */
function watchIdentity() {
  let known = false;
  let open = 0;
  let decided = Promise.withResolvers<void>();
  return {
    isKnown: () => known,
    async watch(exchange: () => Promise<PipelineResponse>): Promise<PipelineResponse> {
      open += 1;
      try {
        const response = await exchange();
        known ||= response.status === 403 || (response.status >= 200 && response.status < 300);
        return response;
      } finally {
        open -= 1;
        if (known || open === 0) {
          decided.resolve();
          decided = Promise.withResolvers();
        }
      }
    },
    /** The same, once a request that is under way has succeeded or all of them have ended. */
    async isKnownAtLast(signal: AbortSignal): Promise<boolean> {
      if (!known && open > 0) await untilAborted(decided.promise, signal);
      return known;
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

/** The subscription is another tenant's, so only that subscription refuses the token. */
function isOfAnotherTenant({ bodyAsText }: PipelineResponse): boolean {
  return parseErrorBody(bodyAsText).code === 'InvalidAuthenticationTokenTenant';
}

function refusedEverywhere(response: PipelineResponse, audience: string): NoTokenError {
  const { code, message, requestId } = toArmError(response);
  const request = requestId === null ? '' : ` (request ${requestId})`;
  return new NoTokenError(
    { given: code },
    `Resource Manager refuses the token for audience '${audience}': ${message}${request}`,
    { hint: 'Check AZURE_CLOUD and AZURE_RESOURCE_MANAGER_AUDIENCE. To see whose token it is: vm-identities whoami' },
  );
}
