import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { untilAborted, withTimeout } from '../../async/with-timeout.ts';
import { NoTokenError, toReason } from '../../errors.ts';
import { shellWord } from '../../inventory/commands/shell-word.ts';
import type { TokenCredentialName } from '../../settings.ts';
import { scopeOf } from '../audience.ts';
import { certificateHint } from '../certificate-fault.ts';
import { cloudOf } from '../cloud.ts';
import type { IdentitySourceName } from '../token.ts';
import type { CredentialSource, CredentialSourceOptions, FetchedToken, FetchRequest } from './credential-source.ts';
import { entraClient } from './entra-client.ts';
import { redact } from './redact.ts';

export type CredentialName = Exclude<TokenCredentialName, 'dev' | 'prod'>;
type OtherCredentialName = Exclude<CredentialName, 'ManagedIdentityCredential'>;

/** Long enough for a command-line tool that uses the network; one that waits for the user must not block. */
const processTimeoutInMs = 30_000;
/** For everything together, as for the managed identity. MSAL itself has no limit. */
const totalTimeoutMs = 60_000;

const sourceNames: Readonly<Record<OtherCredentialName, IdentitySourceName>> = {
  EnvironmentCredential: 'Environment',
  WorkloadIdentityCredential: 'WorkloadIdentity',
  VisualStudioCodeCredential: 'VisualStudioCode',
  AzureCliCredential: 'AzureCLI',
  AzurePowerShellCredential: 'AzurePowerShell',
  AzureDeveloperCliCredential: 'AzureDeveloperCLI',
};

/**
 * Every credential of DefaultAzureCredential except the managed identity. Each fetch makes a new credential, because
 * those that use Microsoft Entra ID cache tokens in memory. The tools (`az`) have caches of their own, which a claims
 * challenge bypasses.
 */
export function developerCredentialSource(
  credentialName: OtherCredentialName,
  options: CredentialSourceOptions,
): CredentialSource {
  const name = sourceNames[credentialName];
  return {
    name,
    endpoint: null,
    async fetch({ resource, tenantId, claims, signal }: FetchRequest): Promise<FetchedToken> {
      let untrusted: NoTokenError | undefined;
      const onUntrusted = (origin: string, code: string): void => {
        const message = `${name}: the certificate of ${origin} is not trusted (${code})`;
        untrusted = new NoTokenError('CertificateNotTrusted', message, { hint: certificateHint });
      };
      const fetchToken = async (limited: AbortSignal): Promise<FetchedToken> => {
        const client = entraClient(limited, onUntrusted);
        const credential = await createCredential(credentialName, options, client);
        const fetching = credential.getToken(scopeOf(resource), {
          abortSignal: limited,
          enableCae: true,
          ...(claims === null ? {} : { claims }),
          ...(tenantId === null ? {} : { tenantId }),
        });
        const token = await untilAborted(fetching, limited);
        if (token === null) throw new NoTokenError('CredentialUnavailable', `${name} gave no token for '${resource}'`);
        return { token: token.token, expiresOnTimestamp: token.expiresOnTimestamp, source: name, endpoint: null };
      };
      signal.throwIfAborted();
      try {
        return await withTimeout(fetchToken, totalTimeoutMs, signal, () => {
          throw timedOut(name, tenantId);
        });
      } catch (error) {
        signal.throwIfAborted();
        throw untrusted ?? toNoTokenError(error, name, tenantId, options);
      }
    },
  };
}

/**
 * All credentials get the options of all; each reads its own. The settings name the authority, so that the public cloud
 * is not asked whether it exists.
 */
async function createCredential(
  name: OtherCredentialName,
  { settings }: CredentialSourceOptions,
  httpClient: HttpClient,
): Promise<TokenCredential> {
  const { [name]: Credential } = await import('@azure/identity');
  const { authorityHost } = cloudOf(settings);
  return new Credential({ authorityHost, disableInstanceDiscovery: true, httpClient, processTimeoutInMs });
}

/** The command that a program of Azure names, as far as no shell interprets its words. */
const signInCommand = /\b(?:az|azd auth) login(?: --[a-z-]+(?:[ =]"?[\w./:@+=-]+"?)?)+(?![^\s'])/;

/** `CredentialUnavailable`: not configured, so the next one may be. `AuthenticationFailed`: configured and refused. */
function toNoTokenError(
  error: unknown,
  source: IdentitySourceName,
  tenantId: string | null,
  { environment }: CredentialSourceOptions,
): NoTokenError {
  if (error instanceof NoTokenError) return error;
  const message = redact(toReason(error).message, environment);
  const unavailable = error instanceof Error && /^(CredentialUnavailable|AuthenticationRequired)/.test(error.name);
  const command = signInCommand.exec(message)?.[0];
  const tenant = tenantId === null ? '' : ` (in tenant ${tenantId})`;
  return new NoTokenError(
    unavailable ? 'CredentialUnavailable' : 'AuthenticationFailed',
    `${source}${tenant}: ${message}`,
    { hint: command === undefined ? signInHint(source, tenantId) : `Sign in again: ${command}` },
  );
}

/** `AuthenticationFailed` ends the search, because the next credential would be the wrong identity. */
function timedOut(source: IdentitySourceName, tenantId: string | null): NoTokenError {
  return new NoTokenError('AuthenticationFailed', `${source} did not respond within ${totalTimeoutMs / 1000} s`, {
    hint: `Check the network, and HTTPS_PROXY if a proxy is needed. ${signInHint(source, tenantId)}`,
  });
}

function signInHint(source: IdentitySourceName, tenantId: string | null): string {
  const withTenant = (option: string): string => (tenantId === null ? '' : ` ${option} ${shellWord(tenantId)}`);
  switch (source) {
    case 'AzurePowerShell':
      return `Sign in with: Connect-AzAccount${withTenant('-Tenant')}`;
    case 'AzureDeveloperCLI':
      return `Sign in with: azd auth login${withTenant('--tenant-id')}`;
    case 'Environment':
      return 'Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or AZURE_CLIENT_CERTIFICATE_PATH)';
    case 'WorkloadIdentity':
      return 'Check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE';
    default:
      return `Sign in with: az login${withTenant('--tenant')}`;
  }
}
