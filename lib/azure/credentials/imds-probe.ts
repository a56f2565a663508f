import type { Environment, IdentitySetting } from '../../settings.ts';
import type { FetchRequest } from './credential-source.ts';
import { managedIdentityError } from './managed-identity-error.ts';
import type { ManagedIdentityHost } from './managed-identity-host.ts';

const probeTimeoutMs = 1_000;
const probeTimeoutAloneMs = 3_000;

/**
 * Asks IMDS at its well-known address for a sign of life, without the header that it wants: any answer will do. Off Azure nothing
 * routes that address, and a connection attempt could hang for minutes. The same question as the one of DefaultAzureCredential.
 * @throws {NoTokenError} `ManagedIdentityUnavailable`
 */
export async function probeImds(
  host: ManagedIdentityHost,
  identity: IdentitySetting,
  environment: Environment,
  inChain: boolean,
  request: FetchRequest,
): Promise<void> {
  const limit = AbortSignal.timeout(inChain ? probeTimeoutMs : probeTimeoutAloneMs);
  const unavailable = managedIdentityError(
    { kind: 'unreachable', errorCode: 'NoProbeAnswer' },
    { host, endpoint: host.endpoint, identity, resource: request.resource, environment, attempts: 1 },
  );
  const { status, body } = await ask(host.endpoint, AbortSignal.any([request.signal, limit])).catch(() => {
    request.signal.throwIfAborted();
    throw unavailable;
  });
  // a container runtime's own network can answer for an address it cannot reach
  if (status === 403 && body.includes('unreachable')) throw unavailable;
}

async function ask(url: string, signal: AbortSignal): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(url, { signal });
  return { status: response.status, body: await response.text() };
}
