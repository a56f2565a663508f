import type { Environment, IdentitySetting } from '../../settings.ts';
import type { FetchRequest } from './credential-source.ts';
import { managedIdentityError } from './managed-identity-error.ts';
import type { ManagedIdentityHost } from './managed-identity-host.ts';

const probeTimeoutMs = 1_000;
const probeTimeoutAloneMs = 3_000;

/**
 * Checks that IMDS responds at its well-known address. The probe omits the required header, so any answer will do.
 * Outside Azure that address has no route, and connecting could take minutes. DefaultAzureCredential sends the same
 * probe.
 * @throws {NoTokenError} `ManagedIdentityUnavailable`
 */
export async function probeImds(
  host: ManagedIdentityHost,
  identity: IdentitySetting,
  environment: Environment,
  inChain: boolean,
  request: FetchRequest,
): Promise<void> {
  const unavailable = managedIdentityError(
    { kind: 'unreachable', errorCode: 'NoProbeAnswer' },
    { host, endpoint: host.endpoint, identity, resource: request.resource, environment, attempts: 1 },
  );
  const timeout = AbortSignal.timeout(inChain ? probeTimeoutMs : probeTimeoutAloneMs);
  const { status, body } = await get(host.endpoint, AbortSignal.any([request.signal, timeout])).catch(() => {
    request.signal.throwIfAborted();
    throw unavailable;
  });
  // A container runtime's network can answer for an address that it cannot reach.
  if (status === 403 && body.includes('unreachable')) throw unavailable;
}

async function get(url: string, signal: AbortSignal): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(url, { signal });
  return { status: response.status, body: await response.text() };
}
