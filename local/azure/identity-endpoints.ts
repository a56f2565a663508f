import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, jsonAnswer } from './answer.ts';
import type { AzureState } from './azure-state.ts';
import type { SampleTenant } from './sample-tenant.ts';
import type { HostIdentity } from './tenant/types.ts';
import type { MintedToken } from './tokens.ts';

interface IdentityRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Resources for which tokens are issued, without trailing slash. */
const knownResources = [
  'https://management.azure.com',
  'https://management.core.windows.net',
  'https://management.usgovcloudapi.net',
  'https://management.core.usgovcloudapi.net',
  'https://management.chinacloudapi.cn',
  'https://management.core.chinacloudapi.cn',
  'https://storage.azure.com',
  'https://graph.microsoft.com',
  'https://vault.azure.net',
] as const;
const cloudShellAudiences = [
  'https://management.azure.com/',
  'https://management.core.windows.net/',
  'https://graph.microsoft.com/',
  'https://vault.azure.net/',
] as const;

/** Answers the identity endpoints of App Service, IMDS and Cloud Shell. @returns null for other paths */
export function answerIdentityRequest(state: AzureState, request: IdentityRequest): Answer | null {
  switch (request.url.pathname.replace(/\/$/, '')) {
    case '/msi/token':
      return appService(state, request);
    case '/metadata/identity/oauth2/token':
      return instanceMetadata(state, request);
    case '/oauth2/token':
      return cloudShell(state, request);
    default:
      return null;
  }
}

/** @see https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
function appService(state: AzureState, request: IdentityRequest): Answer {
  const refuse = (status: number, message: string): Answer =>
    jsonAnswer(status, { statusCode: status, message, correlationId: randomUUID() });
  if (request.method !== 'GET') return refuse(405, 'The requested resource does not support this HTTP method.');
  const header = request.headers['x-identity-header'];
  if (header === undefined) return refuse(400, 'The X-IDENTITY-HEADER header is missing.');
  if (header !== state.identityHeader) return refuse(401, 'The X-IDENTITY-HEADER header is not valid.');
  if (request.url.searchParams.get('api-version') !== '2019-08-01')
    return refuse(400, 'The api-version is not supported.');
  const resource = request.url.searchParams.get('resource');
  if (resource === null) return refuse(400, "The query parameter 'resource' is required.");
  const identity = findIdentity(state.tenant, request.url.searchParams, 'mi_res_id');
  if (identity === null) {
    return refuse(
      400,
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
    );
  }
  if (!isKnown(resource)) return refuse(400, unknownResource(state.tenant, resource));
  const minted = state.issuer.mint(identity, resource);
  return jsonAnswer(200, {
    access_token: minted.token,
    expires_on: String(minted.claims.exp),
    resource,
    token_type: 'Bearer',
    client_id: identity.clientId,
  });
}

/** @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
function instanceMetadata(state: AzureState, request: IdentityRequest): Answer {
  const refuse = (error: string, description: string): Answer =>
    jsonAnswer(400, { error, error_description: description });
  if (request.method !== 'GET') return jsonAnswer(405, { error: 'method_not_allowed' });
  if (request.headers.metadata?.toString().toLowerCase() !== 'true') {
    return refuse('invalid_request', 'Required metadata header not specified');
  }
  const version = request.url.searchParams.get('api-version');
  if (version === null) return refuse('invalid_request', "Required query variable 'api-version' is missing");
  if (version < '2018-02-01') return refuse('invalid_request', `Bad api-version '${version}'`);
  const resource = request.url.searchParams.get('resource');
  if (resource === null) return refuse('invalid_request', "Required query variable 'resource' is missing");
  const identity = findIdentity(state.tenant, request.url.searchParams, 'msi_res_id');
  if (identity === null) return refuse('invalid_request', 'Identity not found');
  if (!isKnown(resource)) return refuse('invalid_resource', unknownResource(state.tenant, resource));
  return jsonAnswer(200, {
    ...oauthBody(state.issuer.mint(identity, resource), resource),
    client_id: identity.clientId,
  });
}

/** Cloud Shell accepts only the audiences of its list, with their trailing slash. */
function cloudShell(state: AzureState, request: IdentityRequest): Answer {
  const refuse = (code: string, message: string): Answer => jsonAnswer(400, { error: { code, message } });
  if (request.method !== 'POST') return jsonAnswer(405, { error: { code: 'MethodNotAllowed', message: 'Use POST.' } });
  if (request.headers.metadata?.toString().toLowerCase() !== 'true') {
    return refuse('MetadataHeaderMissing', 'Required metadata header not specified');
  }
  const resource = new URLSearchParams(request.body).get('resource');
  if (resource === null) return refuse('ResourceMissing', "Required parameter 'resource' is missing");
  if (!cloudShellAudiences.some((audience) => audience === resource)) {
    return refuse('AudienceNotSupported', `Audience ${resource} is not a supported MSI token audience.`);
  }
  return jsonAnswer(200, oauthBody(state.issuer.mint(state.tenant.systemAssignedIdentity, resource), resource));
}

/** Every value is a string. `resource` is the requested one, because MSAL caches the token under it. */
function oauthBody({ token, claims }: MintedToken, resource: string): Record<string, string> {
  return {
    access_token: token,
    refresh_token: '',
    expires_in: String(claims.exp - claims.iat),
    expires_on: String(claims.exp),
    not_before: String(claims.nbf),
    resource,
    token_type: 'Bearer',
  };
}

function findIdentity(tenant: SampleTenant, query: URLSearchParams, resourceIdParameter: string): HostIdentity | null {
  const clientId = query.get('client_id');
  const principalId = query.get('object_id') ?? query.get('principal_id');
  const resourceId = query.get(resourceIdParameter) ?? query.get('mi_res_id');
  if (clientId === null && principalId === null && resourceId === null) return tenant.systemAssignedIdentity;
  const found = tenant.userAssignedIdentities.find(
    (identity) =>
      clientId?.toLowerCase() === identity.clientId ||
      principalId?.toLowerCase() === identity.principalId ||
      resourceId?.toLowerCase() === identity.resourceId.toLowerCase(),
  );
  return found ?? null;
}

function isKnown(resource: string): boolean {
  return knownResources.some((known) => known === resource.replace(/\/$/, ''));
}

function unknownResource(tenant: SampleTenant, resource: string): string {
  return `AADSTS500011: The resource principal named ${resource} was not found in the tenant named ${tenant.displayName} (${tenant.tenantId}). This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`;
}
