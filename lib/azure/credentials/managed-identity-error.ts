import { NoTokenError } from '../../errors.ts';
import type { Environment, IdentitySetting } from '../../settings.ts';
import { errorWords, type IdentityEndpointAnswer, isNothingListening } from './identity-endpoint-answer.ts';
import type { ManagedIdentityHost } from './managed-identity-host.ts';
import { redact } from './redact.ts';

export interface FailedRequest {
  readonly host: ManagedIdentityHost;
  readonly endpoint: string;
  readonly identity: IdentitySetting;
  readonly resource: string;
  readonly environment: Environment;
  readonly attempts: number;
}

const assignCommands =
  'The system-assigned identity is turned on with: az functionapp identity assign -g GROUP -n NAME (on a virtual machine: az vm identity assign -g GROUP -n NAME); for a user-assigned one, set AZURE_CLIENT_ID to its client id';
const notFound =
  /identity not found|no (user.?assigned|managed)[^.]*identity found|no .*managed identity .*(found|assigned)|no identity .*(found|assigned)/i;
const audienceRefused =
  /AudienceNotSupported|not a supported MSI token audience|invalid_resource|AADSTS500011|AADSTS50001\b/i;

/** The error that says why a managed identity gave no token, and what to turn on. Never holds a token or a header. */
export function managedIdentityError(answer: IdentityEndpointAnswer, failed: FailedRequest): NoTokenError {
  const place = `${failed.host.source} at ${failed.endpoint}`;
  if (isNothingListening(answer)) return unavailable(answer, place);
  switch (answer.kind) {
    case 'refused':
      return refused(answer.status, answer.body, place, failed);
    case 'timeout':
      return new NoTokenError(
        'IdentityEndpointTimeout',
        `The managed identity endpoint ${place} did not answer in time`,
        {
          hint:
            failed.host.source === 'WorkloadIdentity'
              ? 'Check the network, and HTTPS_PROXY where a proxy is needed'
              : `Try again; if it stays so, restart the host. ${assignCommands}`,
        },
      );
    case 'unreachable':
      return endpointFailed(`broke off the connection (${answer.errorCode})`, place, failed);
    case 'failed':
      return endpointFailed(`could not be used: ${redact(answer.message, failed.environment)}`, place, failed);
    case 'token':
      return endpointFailed('answered with a token that the library refused', place, failed);
  }
}

function unavailable(answer: IdentityEndpointAnswer, place: string): NoTokenError {
  const why = answer.kind === 'unreachable' ? ` (${answer.errorCode})` : '';
  return new NoTokenError(
    'ManagedIdentityUnavailable',
    `No managed identity: nothing listens for ${place}${why}. Turn on the system-assigned identity, or set AZURE_CLIENT_ID for a user-assigned one`,
    { hint: assignCommands },
  );
}

function refused(status: number, body: string, place: string, failed: FailedRequest): NoTokenError {
  const { code, message } = errorWords(body);
  const words = redact(message, failed.environment) || 'no words';
  const all = `${code ?? ''} ${message}`;
  if (status >= 400 && status < 500 && audienceRefused.test(all)) {
    const allowed = /supported audiences|allowed audiences/i.test(words) ? '' : `; ${allowedOf(failed)}`;
    return new NoTokenError(
      'AudienceNotSupported',
      `${place} gives no token for audience '${failed.resource}': ${words}${allowed}`,
      {
        hint: 'Ask for one of the allowed audiences: --resource URI, or AZURE_CLOUD and AZURE_RESOURCE_MANAGER_AUDIENCE',
      },
    );
  }
  if (status === 400 && notFound.test(all)) {
    return new NoTokenError('IdentityNotFound', `${place} has no ${nameOf(failed.identity)}: ${words}`, {
      hint: hintFor(failed.identity),
    });
  }
  if (status === 200) return endpointFailed('answered 200 without a token', place, failed);
  return endpointFailed(`answered ${status}: ${words}`, place, failed);
}

function endpointFailed(what: string, place: string, failed: FailedRequest): NoTokenError {
  const often = failed.attempts > 1 ? ` (${failed.attempts} attempts)` : '';
  return new NoTokenError('IdentityEndpointFailed', `The managed identity endpoint ${place} ${what}${often}`, {
    hint: `Try again; if it stays so, restart the host or check its managed identity. ${assignCommands}`,
  });
}

function allowedOf(failed: FailedRequest): string {
  return failed.host.source === 'CloudShell'
    ? 'allowed are, with their slash: https://management.azure.com/, https://management.core.windows.net/, https://graph.microsoft.com/, https://vault.azure.net, https://storage.azure.com/'
    : 'allowed are the resource URIs of Azure and of applications in its tenant, such as https://management.azure.com';
}

/** The identity that was asked for, in words. */
function nameOf(identity: IdentitySetting): string {
  switch (identity.by) {
    case 'system':
      return 'system-assigned identity';
    case 'clientId':
      return `identity with client id ${identity.clientId} (AZURE_CLIENT_ID)`;
    case 'objectId':
      return `identity with object id ${identity.objectId} (INVENTORY_IDENTITY_OBJECT_ID)`;
    case 'resourceId':
      return `identity with resource id ${identity.resourceId} (INVENTORY_IDENTITY_RESOURCE_ID)`;
  }
}

function hintFor(identity: IdentitySetting): string {
  if (identity.by === 'system') return assignCommands;
  const id = identity.by === 'resourceId' ? identity.resourceId : 'RESOURCE-ID-OF-THE-IDENTITY';
  return `Check the id, and assign the identity: az functionapp identity assign -g GROUP -n NAME --identities ${id} (on a virtual machine: az vm identity assign -g GROUP -n NAME --identities ${id})`;
}
