import type { TokenCredential } from '@azure/core-auth';
import { untilAborted, withTimeout } from '../../async/with-timeout.ts';
import type { NoTokenError } from '../../errors.ts';
import type { IdentitySetting } from '../../settings.ts';
import { cloudShellSpellings, scopeOf } from '../audience.ts';
import type { CredentialLink, FetchedToken, FetchRequest, LinkOptions } from './credential-source.ts';
import { entraClient } from './entra-client.ts';
import type { IdentityEndpointAnswer } from './identity-endpoint-answer.ts';
import { type Attempt, identityEndpointClient, inAttempt } from './identity-endpoint-client.ts';
import { backoffMs } from './identity-endpoint-retries.ts';
import { probeImds } from './imds-probe.ts';
import { managedIdentityError } from './managed-identity-error.ts';
import { isTokenExchange, managedIdentityHost } from './managed-identity-host.ts';

const attemptTimeoutMs = 30_000;
const quickTimeoutMs = 5_000;
/** Everything together: longer than most restarts of an endpoint, shorter than the patience of a Functions host at start. */
const totalTimeoutMs = 60_000;

/**
 * The host's managed identity, through `ManagedIdentityCredential`, which knows each endpoint's protocol. Waiting, giving up
 * and the words of errors are decided here; what a credential loses of an answer, `identity-endpoint-client.ts` keeps.
 * Reads `process.env`, as the library does.
 */
export function managedIdentityLink({ settings, environment, inChain, clock }: LinkOptions): CredentialLink {
  const host = managedIdentityHost(environment);
  const exchange = isTokenExchange(environment);

  async function fetchSpelling(request: FetchRequest, resource: string, deadline: number): Promise<FetchedToken> {
    for (let attempt = 1; ; attempt++) {
      const leftMs = Math.max(1, Math.ceil(deadline - clock.now()));
      const limitMs = Math.min(request.quick ? quickTimeoutMs : attemptTimeoutMs, leftMs);
      const { answer, endpoint } = await attemptOnce(settings.identity, exchange, resource, limitMs, request.signal);
      if (answer.kind === 'token') {
        const { token, expiresOnTimestamp } = answer;
        return { token, expiresOnTimestamp, source: host.source, endpoint };
      }
      const waitMs = request.quick ? null : backoffMs(answer, attempt);
      if (waitMs === null || clock.now() + waitMs >= deadline) {
        const place = endpoint ?? host.endpoint;
        throw managedIdentityError(answer, {
          host,
          endpoint: place,
          identity: settings.identity,
          resource,
          environment,
          attempts: attempt,
        });
      }
      await clock.delay(waitMs, request.signal);
    }
  }

  return {
    source: host.source,
    endpoint: exchange ? null : host.endpoint,
    async fetch(request) {
      const deadline = clock.now() + totalTimeoutMs;
      if (!host.configured) await probeImds(host, settings.identity, environment, inChain, request);
      const spellings = host.source === 'CloudShell' ? cloudShellSpellings(request.resource) : [request.resource];
      let refusal: NoTokenError | null = null;
      for (const spelling of spellings) {
        try {
          return await fetchSpelling(request, spelling, deadline);
        } catch (error) {
          if (!isAudienceRefusal(error)) throw error;
          refusal ??= error;
        }
      }
      throw refusal;
    },
  };
}

function isAudienceRefusal(error: unknown): error is NoTokenError {
  return error instanceof Error && 'code' in error && error.code === 'AudienceNotSupported';
}

/** One request (two with Azure Arc, which hands out a secret first), and what it came to. */
async function attemptOnce(
  identity: IdentitySetting,
  exchange: boolean,
  resource: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<{ readonly answer: IdentityEndpointAnswer; readonly endpoint: string | null }> {
  signal.throwIfAborted();
  const attempt: Attempt = { answer: null, endpoint: null };
  const fetchToken = async (limited: AbortSignal): Promise<IdentityEndpointAnswer> => {
    const credential = exchange ? await exchanging(identity, limited) : await createCredential(identity);
    const fetching = inAttempt(attempt, limited, () => credential.getToken(scopeOf(resource)));
    const accessToken = await untilAborted(fetching, limited);
    if (accessToken === null) throw new Error('no token');
    const { token, expiresOnTimestamp } = accessToken;
    // The answer keeps the lifetime, which was removed for MSAL. A token exchange does not pass through that client.
    return attempt.answer ?? { kind: 'token', token, expiresOnTimestamp };
  };
  try {
    const answer = await withTimeout(fetchToken, limitMs, signal, (): IdentityEndpointAnswer => ({ kind: 'timeout' }));
    return { answer, endpoint: attempt.endpoint };
  } catch (error) {
    signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return { answer: failureOf(attempt.answer, message), endpoint: attempt.endpoint };
  }
}

function failureOf(answer: IdentityEndpointAnswer | null, message: string): IdentityEndpointAnswer {
  return answer === null || answer.kind === 'token' ? { kind: 'failed', message } : answer;
}

/** What `ManagedIdentityCredential` does on Kubernetes, but for its client, which heeds no signal and has no limit. */
async function exchanging(identity: IdentitySetting, signal: AbortSignal): Promise<TokenCredential> {
  const { WorkloadIdentityCredential } = await import('@azure/identity');
  const client = identity.by === 'clientId' ? { clientId: identity.clientId } : {};
  return new WorkloadIdentityCredential({ ...client, disableInstanceDiscovery: true, httpClient: entraClient(signal) });
}

async function createCredential(identity: IdentitySetting): Promise<TokenCredential> {
  const { ManagedIdentityCredential } = await import('@azure/identity');
  const options = { httpClient: identityEndpointClient, retryOptions: { maxRetries: 0 } };
  switch (identity.by) {
    case 'system':
      return new ManagedIdentityCredential(options);
    case 'clientId':
      return new ManagedIdentityCredential({ ...options, clientId: identity.clientId });
    case 'objectId':
      return new ManagedIdentityCredential({ ...options, objectId: identity.objectId });
    case 'resourceId':
      return new ManagedIdentityCredential({ ...options, resourceId: identity.resourceId });
  }
}
