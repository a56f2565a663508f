import type { TokenCredential } from '@azure/core-auth';
import { untilAborted, withTimeout } from '../../async/with-timeout.ts';
import { NoTokenError } from '../../errors.ts';
import type { TokenCredentialName } from '../../settings.ts';
import { scopeOf } from '../audience.ts';
import { cloudOf } from '../cloud.ts';
import type { IdentitySourceName } from '../token.ts';
import type { CredentialLink, FetchedToken, FetchRequest, LinkOptions } from './credential-source.ts';
import { entraClient } from './entra-client.ts';
import { redact } from './redact.ts';

export type CredentialName = Exclude<TokenCredentialName, 'dev' | 'prod'>;
type OtherCredentialName = Exclude<CredentialName, 'ManagedIdentityCredential'>;

/** A command-line tool that asks the network may take long on a small machine; one that asks the user must not hold us up. */
const processTimeoutInMs = 30_000;
/** Everything together, as for the managed identity. MSAL by itself waits for ever. */
const totalTimeoutMs = 60_000;

const sources: Readonly<Record<OtherCredentialName, IdentitySourceName>> = {
  EnvironmentCredential: 'Environment',
  WorkloadIdentityCredential: 'WorkloadIdentity',
  VisualStudioCodeCredential: 'VisualStudioCode',
  AzureCliCredential: 'AzureCLI',
  AzurePowerShellCredential: 'AzurePowerShell',
  AzureDeveloperCliCredential: 'AzureDeveloperCLI',
};

/**
 * Every credential of DefaultAzureCredential but the managed identity. Each fetch makes a new credential: what those that ask
 * Microsoft Entra ID keep in memory goes with it; the tools' own caches (`az`) are theirs, and a claims challenge gets past them.
 */
export function developerLink(name: OtherCredentialName, options: LinkOptions): CredentialLink {
  const source = sources[name];
  return {
    source,
    endpoint: null,
    async fetch({ resource, tenantId, claims, signal }: FetchRequest): Promise<FetchedToken> {
      const fetchToken = async (limited: AbortSignal): Promise<FetchedToken> => {
        const credential = await createCredential(name, options, limited);
        const fetching = credential.getToken(scopeOf(resource), {
          abortSignal: limited,
          enableCae: true,
          ...(claims === null ? {} : { claims }),
          ...(tenantId === null ? {} : { tenantId }),
        });
        const token = await untilAborted(fetching, limited);
        if (token === null)
          throw new NoTokenError('CredentialUnavailable', `${source} gave no token for '${resource}'`);
        return { token: token.token, expiresOnTimestamp: token.expiresOnTimestamp, source, endpoint: null };
      };
      signal.throwIfAborted();
      try {
        return await withTimeout(fetchToken, totalTimeoutMs, signal, () => {
          throw notInTime(source, tenantId);
        });
      } catch (error) {
        signal.throwIfAborted();
        throw toNoTokenError(error, source, tenantId, options);
      }
    },
  };
}

async function createCredential(
  name: OtherCredentialName,
  options: LinkOptions,
  signal: AbortSignal,
): Promise<TokenCredential> {
  const identity = await import('@azure/identity');
  const { authorityHost } = cloudOf(options.settings);
  const entra = () => ({ authorityHost, httpClient: entraClient(signal) });
  switch (name) {
    case 'EnvironmentCredential':
      return new identity.EnvironmentCredential(entra());
    case 'WorkloadIdentityCredential':
      return new identity.WorkloadIdentityCredential(entra());
    case 'VisualStudioCodeCredential':
      return new identity.VisualStudioCodeCredential(entra());
    case 'AzureCliCredential':
      return new identity.AzureCliCredential({ processTimeoutInMs });
    case 'AzurePowerShellCredential':
      return new identity.AzurePowerShellCredential({ processTimeoutInMs });
    case 'AzureDeveloperCliCredential':
      return new identity.AzureDeveloperCliCredential({ processTimeoutInMs });
  }
}

/** `CredentialUnavailable`: not set up here, the next one may be. `AuthenticationFailed`: set up, and refused. */
function toNoTokenError(
  error: unknown,
  source: IdentitySourceName,
  tenantId: string | null,
  { environment }: LinkOptions,
): NoTokenError {
  if (error instanceof NoTokenError) return error;
  const words = redact(error instanceof Error ? error.message : String(error), environment);
  const unavailable = error instanceof Error && /^(CredentialUnavailable|AuthenticationRequired)/.test(error.name);
  const command = /\b(?:az|azd auth) login\b[^'"]*--\S+[^'"]*/.exec(words)?.[0].trim();
  const where = tenantId === null ? '' : ` (in tenant ${tenantId})`;
  return new NoTokenError(
    unavailable ? 'CredentialUnavailable' : 'AuthenticationFailed',
    `${source}${where}: ${words}`,
    {
      hint: command === undefined ? signInHint(source, tenantId) : `Sign in again: ${command}`,
    },
  );
}

/** It is set up: going on with another identity would answer for the wrong one. */
function notInTime(source: IdentitySourceName, tenantId: string | null): NoTokenError {
  return new NoTokenError('AuthenticationFailed', `${source}: no answer within ${totalTimeoutMs / 1000} s`, {
    hint: `Check the network, and HTTPS_PROXY where a proxy is needed. ${signInHint(source, tenantId)}`,
  });
}

function signInHint(source: IdentitySourceName, tenantId: string | null): string {
  const there = (option: string): string => (tenantId === null ? '' : ` ${option} ${tenantId}`);
  switch (source) {
    case 'AzurePowerShell':
      return `Sign in with: Connect-AzAccount${there('-Tenant')}`;
    case 'AzureDeveloperCLI':
      return `Sign in with: azd auth login${there('--tenant-id')}`;
    case 'Environment':
      return 'Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH)';
    case 'WorkloadIdentity':
      return 'Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE';
    default:
      return `Sign in with: az login${there('--tenant')}`;
  }
}
