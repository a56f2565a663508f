import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { untilAborted, withTimeout } from '../../async/with-timeout.ts';
import { hasCode, type InventoryError, toReason } from '../../errors.ts';
import type { IdentitySetting } from '../../settings.ts';
import { cloudShellSpellings, scopeOf } from '../audience.ts';
import { cloudOf } from '../cloud.ts';
import type { CredentialSource, CredentialSourceOptions, FetchedToken, FetchRequest } from './credential-source.ts';
import { entraClient } from './entra-client.ts';
import type { IdentityEndpointAnswer } from './identity-endpoint-answer.ts';
import { type Attempt, identityEndpointClient, inAttempt } from './identity-endpoint-client.ts';
import { backoffMs } from './identity-endpoint-retries.ts';
import { managedIdentityError } from './managed-identity-error.ts';
import { hostAt, managedIdentityHost } from './managed-identity-host.ts';

const attemptTimeoutMs = 30_000;
const quickTimeoutMs = 5_000;
/** For everything together: longer than most restarts of an endpoint, shorter than a Functions host waits at start. */
const totalTimeoutMs = 60_000;
const probeTimeoutMs = 3_000;
const probeTimeoutInChainMs = 1_000;

/**
 * The host's managed identity, through `ManagedIdentityCredential`, which knows each endpoint's protocol. This file
 * decides on waits, limits and messages; `identity-endpoint-client.ts` keeps what the credential drops. The library
 * reads `process.env`.
 */
export function managedIdentitySource(options: CredentialSourceOptions): CredentialSource {
  const { settings, environment, inChain, clock } = options;
  const { identity } = settings;
  const { authorityHost } = cloudOf(settings);
  const host = managedIdentityHost(environment, identity, authorityHost);
  const exchange = host.source === 'WorkloadIdentity';
  const createCredential = (attempt: Attempt, signal: AbortSignal): Promise<TokenCredential> => {
    if (!exchange) return endpointCredential(identity, authorityHost);
    const client = entraClient(signal, (_origin, errorCode) => {
      attempt.answer = { kind: 'unreachable', errorCode };
    });
    return exchangingCredential(identity, authorityHost, client);
  };
  const probeMs = inChain ? probeTimeoutInChainMs : probeTimeoutMs;

  async function fetchFor(resource: string, request: FetchRequest, deadline: number): Promise<FetchedToken> {
    for (let attempts = 1; ; attempts++) {
      const remainingMs = Math.max(1, Math.ceil(deadline - clock.now()));
      const timeoutMs = Math.min(request.quick ? quickTimeoutMs : attemptTimeoutMs, remainingMs);
      const attempt: Attempt = { answer: null, endpoint: null, probeTimeoutMs: host.configured ? null : probeMs };
      const answer = await attemptOnce(attempt, createCredential, resource, timeoutMs, request.signal);
      const reached = hostAt(host, attempt.endpoint);
      if (answer.kind === 'token') {
        const { token, expiresOnTimestamp } = answer;
        return { token, expiresOnTimestamp, source: reached.source, endpoint: attempt.endpoint };
      }
      const waitMs = request.quick ? null : backoffMs(answer, attempts);
      if (waitMs === null || clock.now() + waitMs >= deadline) {
        throw managedIdentityError(answer, { host: reached, identity, resource, environment, attempts });
      }
      await clock.delay(waitMs, request.signal);
    }
  }

  return {
    name: host.source,
    endpoint: exchange ? null : host.endpoint,
    async fetch(request) {
      const deadline = clock.now() + totalTimeoutMs;
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
  attempt: Attempt,
  createCredential: (attempt: Attempt, signal: AbortSignal) => Promise<TokenCredential>,
  resource: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<IdentityEndpointAnswer> {
  signal.throwIfAborted();
  const fetchToken = async (limited: AbortSignal): Promise<IdentityEndpointAnswer> => {
    const credential = await createCredential(attempt, limited);
    const fetching = inAttempt(attempt, limited, () => credential.getToken(scopeOf(resource)));
    const accessToken = await untilAborted(fetching, limited);
    if (accessToken === null) throw new Error('no token');
    const { token, expiresOnTimestamp } = accessToken;
    // The attempt has the lifetime, which was removed for MSAL. A token exchange does not use that client.
    return attempt.answer ?? { kind: 'token', token, expiresOnTimestamp };
  };
  try {
    return await withTimeout(fetchToken, timeoutMs, signal, (): IdentityEndpointAnswer => ({ kind: 'timeout' }));
  } catch (error) {
    signal.throwIfAborted();
    const { answer } = attempt;
    if (answer === null || answer.kind === 'token') return { kind: 'failed', message: toReason(error).message };
    return answer;
  }
}

/** What `ManagedIdentityCredential` does on Kubernetes, but its own client ignores signals and has no time limit. */
async function exchangingCredential(
  identity: IdentitySetting,
  authorityHost: string,
  httpClient: HttpClient,
): Promise<TokenCredential> {
  const { WorkloadIdentityCredential } = await import('@azure/identity');
  const client = identity.by === 'clientId' ? { clientId: identity.clientId } : {};
  return new WorkloadIdentityCredential({ authorityHost, disableInstanceDiscovery: true, httpClient, ...client });
}

/** It sends nothing to the authority. The library still refuses an authority without https. */
async function endpointCredential(identity: IdentitySetting, authorityHost: string): Promise<TokenCredential> {
  const { ManagedIdentityCredential } = await import('@azure/identity');
  const options = { authorityHost, httpClient: identityEndpointClient, retryOptions: { maxRetries: 0 } };
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
