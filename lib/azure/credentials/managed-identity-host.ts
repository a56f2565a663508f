import type { Environment, IdentitySetting } from '../../settings.ts';
import type { IdentitySourceName } from '../token.ts';

/** The managed-identity endpoint of this host. */
export interface ManagedIdentityHost {
  readonly source: IdentitySourceName;
  /** Origin and path, without the query. */
  readonly endpoint: string;
  /** True: a variable names the endpoint. False: the library looks for the Azure Arc agent, then for IMDS. */
  readonly configured: boolean;
}

const imdsPath = '/metadata/identity/oauth2/token';
const imdsOrigin = 'http://169.254.169.254';
/** Where the agent of Azure Arc listens if no variable says otherwise. */
const arcEndpoint = `http://127.0.0.1:40342${imdsPath}`;

/**
 * The endpoint that the environment names, chosen in the order of @azure/msal-node 7 (`ManagedIdentityClient`), which
 * makes the requests. If only its agent's file shows Azure Arc, this is IMDS until {@link hostAt} corrects it.
 */
export function managedIdentityHost(
  environment: Environment,
  identity: IdentitySetting,
  authorityHost: string,
): ManagedIdentityHost {
  const { IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT, IMDS_ENDPOINT } = environment;
  const { MSI_ENDPOINT, MSI_SECRET, AZURE_POD_IDENTITY_AUTHORITY_HOST } = environment;
  const configured = (source: IdentitySourceName, endpoint: string): ManagedIdentityHost => ({
    source,
    endpoint: withoutQuery(endpoint),
    configured: true,
  });
  if (isTokenExchange(environment, identity)) return configured('WorkloadIdentity', authorityHost);
  if (IDENTITY_ENDPOINT && IDENTITY_HEADER) {
    return configured(IDENTITY_SERVER_THUMBPRINT ? 'ServiceFabric' : 'AppService', IDENTITY_ENDPOINT);
  }
  if (MSI_ENDPOINT) return configured(MSI_SECRET ? 'MachineLearning' : 'CloudShell', MSI_ENDPOINT);
  if (IDENTITY_ENDPOINT && IMDS_ENDPOINT) return configured('AzureArc', IDENTITY_ENDPOINT);
  if (AZURE_POD_IDENTITY_AUTHORITY_HOST) return configured('IMDS', `${AZURE_POD_IDENTITY_AUTHORITY_HOST}${imdsPath}`);
  return { source: 'IMDS', endpoint: `${imdsOrigin}${imdsPath}`, configured: false };
}

/** The host as the library's request showed it. @param endpoint where that request went; null = no request */
export function hostAt(host: ManagedIdentityHost, endpoint: string | null): ManagedIdentityHost {
  if (endpoint === null) return host;
  return { ...host, source: host.source === 'IMDS' && endpoint === arcEndpoint ? 'AzureArc' : host.source, endpoint };
}

/** Whether a request goes to IMDS at its well-known address, which does not exist outside Azure. */
export function isWellKnownImds(url: string): boolean {
  return new URL(url).origin === imdsOrigin;
}

/** Workload identity on Kubernetes: the credential exchanges a token from a file, and the host has no endpoint. */
function isTokenExchange(environment: Environment, identity: IdentitySetting): boolean {
  const { AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID, AZURE_CLIENT_ID } = environment;
  const hasClient = identity.by === 'clientId' || Boolean(AZURE_CLIENT_ID);
  return Boolean(AZURE_FEDERATED_TOKEN_FILE && AZURE_TENANT_ID && hasClient);
}

/** Origin and path of an endpoint, without the slash that MSAL adds before `?`. */
export function withoutQuery(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null
    ? 'an endpoint that is not a URL'
    : `${parsed.origin}${parsed.pathname.replace(/(?<!\/)\/+$/, '')}`;
}
