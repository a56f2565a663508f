import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { cloudOf } from '../../lib/azure/cloud.ts';
import { createArmClient } from '../../lib/azure/resource-manager/client/arm-client.ts';
import type { Session } from '../../lib/azure/session.ts';
import type { TokenSource } from '../../lib/azure/token.ts';
import { type Environment, readSettings, type Settings } from '../../lib/settings.ts';
import type { CloudKind } from '../../local/azure/azure-state.ts';
import type { RateLimits } from '../../local/azure/faults/rate-limits.ts';
import { type LocalAzure, startLocalAzure } from '../../local/azure/local-azure.ts';
import { createSampleTenant, type SampleTenantOptions } from '../../local/azure/sample-tenant.ts';

/** A local Azure that this process trusts, with a session on it in which waiting takes no time. */
export interface AzureForTests extends AsyncDisposable {
  readonly azure: LocalAzure;
  /** Milliseconds that were waited for. */
  readonly waits: readonly number[];
  settings(environment?: Environment): Settings;
  session(settings?: Settings): Session;
}

/** The stand-ins of a process have one certificate: to trust it takes 24 ms, so it happens once. */
let trusted: string | null = null;
function trust(certificate: string): void {
  if (certificate === trusted) return;
  setDefaultCACertificates([...getCACertificates('default'), certificate]);
  trusted = certificate;
}

/**
 * The real client and the real wire; tokens come straight from the stand-in's issuer, because the managed identity's source is
 * static in its library (the tests of lib/azure run it in processes of its own).
 * @param limits of requests; time as they see it passes when a session waits, and only then. Default: none
 */
export async function startAzureForTests(
  tenant: SampleTenantOptions,
  limits?: RateLimits,
  cloud: CloudKind = 'azure',
): Promise<AzureForTests> {
  let time = Date.now();
  const azure = await startLocalAzure({
    tenant: createSampleTenant(tenant),
    cloud,
    pageSize: 10,
    ...(limits === undefined ? {} : { limits, now: () => time }),
  });
  trust(azure.caCertificate);
  const waits: number[] = [];
  const identity = azure.tenant.systemAssignedIdentity;
  const settings = (environment: Environment = {}): Settings =>
    readSettings({ AZURE_RESOURCE_MANAGER_ENDPOINT: azure.endpoint, ...environment });
  return {
    azure,
    waits,
    settings,
    session(chosen = settings()) {
      const cloud = cloudOf(chosen);
      let held = azure.tokens.mint(identity, cloud.audience);
      const tokens: TokenSource = {
        source: 'AppService',
        endpoint: null,
        async token({ refuse, claims }) {
          if (refuse === held.token || claims !== undefined) held = azure.tokens.mint(identity, cloud.audience);
          return { token: held.token, expiresOnTimestamp: held.claims.exp * 1000 };
        },
      };
      const clock = {
        now: () => time,
        delay: async (milliseconds: number, signal: AbortSignal): Promise<void> => {
          signal.throwIfAborted();
          waits.push(milliseconds);
          time += milliseconds;
        },
      };
      const arm = createArmClient({ cloud, tokens, concurrency: chosen.concurrency, clock });
      return { cloud, tokens, arm, principalId: async () => identity.principalId };
    },
    [Symbol.asyncDispose]: () => azure.stop(),
  };
}
