import type { TokenCredential } from '@azure/core-auth';
import { untilAborted, withTimeout } from '../../async/with-timeout.ts';
import { hasCode, type InventoryError, toReason } from '../../errors.ts';
import type { IdentitySetting } from '../../settings.ts';
import { cloudShellSpellings, scopeOf } from '../audience.ts';
import type { CredentialSource, CredentialSourceOptions, FetchedToken, FetchRequest } from './credential-source.ts';
import { entraClient } from './entra-client.ts';
import type { IdentityEndpointAnswer } from './identity-endpoint-answer.ts';
import { type Attempt, identityEndpointClient, inAttempt } from './identity-endpoint-client.ts';
import { backoffMs } from './identity-endpoint-retries.ts';
import { probeImds } from './imds-probe.ts';
import { managedIdentityError } from './managed-identity-error.ts';
import { isTokenExchange, managedIdentityHost } from './managed-identity-host.ts';

const attemptTimeoutMs = 30_000;
const quickTimeoutMs = 5_000;
/** For everything together: longer than most restarts of an endpoint, shorter than a Functions host waits at start. */
const totalTimeoutMs = 60_000;

/**
 * The host's managed identity, through `ManagedIdentityCredential`, which knows each endpoint's protocol. This file
 * decides on waits, limits and messages; `identity-endpoint-client.ts` keeps what the credential drops. The library
 * reads `process.env`.
 */
export function managedIdentitySource(options: CredentialSourceOptions): CredentialSource {
  const { settings, environment, inChain, clock } = options;
  const { identity } = settings;
  const host = managedIdentityHost(environment);
  const exchange = isTokenExchange(environment);

  async function fetchFor(resource: string, request: FetchRequest, deadline: number): Promise<FetchedToken> {
    for (let attempts = 1; ; attempts++) {
      const remainingMs = Math.max(1, Math.ceil(deadline - clock.now()));
      const timeoutMs = Math.min(request.quick ? quickTimeoutMs : attemptTimeoutMs, remainingMs);
      const { answer, endpoint } = await attemptOnce(identity, exchange, resource, timeoutMs, request.signal);
      if (answer.kind === 'token') {
        const { token, expiresOnTimestamp } = answer;
        return { token, expiresOnTimestamp, source: host.source, endpoint };
      }
      const waitMs = request.quick ? null : backoffMs(answer, attempts);
      if (waitMs === null || clock.now() + waitMs >= deadline) {
        const failed = { host, endpoint: endpoint ?? host.endpoint, identity, resource, environment, attempts };
        throw managedIdentityError(answer, failed);
      }
      await clock.delay(waitMs, request.signal);
    }
  }

  return {
    name: host.source,
    endpoint: exchange ? null : host.endpoint,
    async fetch(request) {
      const deadline = clock.now() + totalTimeoutMs;
      if (!host.configured) await probeImds(host, identity, environment, inChain, request);
      const spellings = host.source === 'CloudShell' ? cloudShellSpellings(request.resource) : [request.resource];
      let refusal: InventoryError | null = null;
      for (const spelling of spellings) {
        try {
          return await fetchFor(spelling, request, deadline);
        } catch (error) {
          if (!hasCode(error, 'AudienceNotSupported')) throw error;
          refusal ??= error;
        }
      }
      throw refusal;
    },
  };
}

/** One request, or two with Azure Arc, which first returns a secret. */
async function attemptOnce(
  identity: IdentitySetting,
  exchange: boolean,
  resource: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ readonly answer: IdentityEndpointAnswer; readonly endpoint: string | null }> {
  signal.throwIfAborted();
  const attempt: Attempt = { answer: null, endpoint: null };
  const fetchToken = async (limited: AbortSignal): Promise<IdentityEndpointAnswer> => {
    const credential = exchange ? await exchangingCredential(identity, limited) : await endpointCredential(identity);
    const fetching = inAttempt(attempt, limited, () => credential.getToken(scopeOf(resource)));
    const accessToken = await untilAborted(fetching, limited);
    if (accessToken === null) throw new Error('no token');
    const { token, expiresOnTimestamp } = accessToken;
    // The attempt has the lifetime, which was removed for MSAL. A token exchange does not use that client.
    return attempt.answer ?? { kind: 'token', token, expiresOnTimestamp };
  };
  try {
    const answer = await withTimeout(
      fetchToken,
      timeoutMs,
      signal,
      (): IdentityEndpointAnswer => ({ kind: 'timeout' }),
    );
    return { answer, endpoint: attempt.endpoint };
  } catch (error) {
    signal.throwIfAborted();
    const { answer, endpoint } = attempt;
    const failed = answer === null || answer.kind === 'token';
    return { answer: failed ? { kind: 'failed', message: toReason(error).message } : answer, endpoint };
  }
}

/** What `ManagedIdentityCredential` does on Kubernetes, but its own client ignores signals and has no time limit. */
async function exchangingCredential(identity: IdentitySetting, signal: AbortSignal): Promise<TokenCredential> {
  const { WorkloadIdentityCredential } = await import('@azure/identity');
  const client = identity.by === 'clientId' ? { clientId: identity.clientId } : {};
  return new WorkloadIdentityCredential({ ...client, disableInstanceDiscovery: true, httpClient: entraClient(signal) });
}

async function endpointCredential(identity: IdentitySetting): Promise<TokenCredential> {
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
