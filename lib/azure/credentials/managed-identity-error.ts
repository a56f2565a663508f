import { NoTokenError } from '../../errors.ts';
import { shellWord } from '../../inventory/commands/shell-word.ts';
import type { Environment, IdentitySetting } from '../../settings.ts';
import { certificateHint, isCertificateFault } from '../certificate-fault.ts';
import { type IdentityEndpointAnswer, isNothingListening, parseIdentityError } from './identity-endpoint-answer.ts';
import type { ManagedIdentityHost } from './managed-identity-host.ts';
import { redact } from './redact.ts';

export interface FailedRequest {
  readonly host: ManagedIdentityHost;
  readonly identity: IdentitySetting;
  readonly resource: string;
  readonly environment: Environment;
  readonly attempts: number;
}

const assignCommands =
  'To turn on the system-assigned identity: az functionapp identity assign -g GROUP -n NAME # on a virtual machine: az vm identity assign -g GROUP -n NAME # for a user-assigned one, set AZURE_CLIENT_ID to its client id';
/** https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication */
const arcKeyHint =
  'Let the user of this process read it, then start the process again: sudo usermod -a -G himds USER # on Windows, the group is Hybrid agent extension applications';
/** Words of one line, in this order, that say that the host lacks the identity. */
const notFound = [
  ['identity not found'],
  ['no user', 'assigned', 'identity found'],
  ['no managed', 'identity found'],
  ['no ', 'managed identity ', 'found'],
  ['no ', 'managed identity ', 'assigned'],
  ['no identity ', 'found'],
  ['no identity ', 'assigned'],
];
/** The host has several user-assigned identities and no system-assigned one, and the request names none. */
const severalIdentities = /multiple user.?assigned/i;
const audienceRefused =
  /AudienceNotSupported|not a supported MSI token audience|invalid_resource|AADSTS500011|AADSTS50001\b/i;

/** Says why a managed identity gave no token, and how to fix it. Never contains a token or a header. */
export function managedIdentityError(answer: IdentityEndpointAnswer, failed: FailedRequest): NoTokenError {
  const endpoint = `${failed.host.source} at ${failed.host.endpoint}`;
  if (isNothingListening(answer)) return unavailable(answer, failed);
  switch (answer.kind) {
    case 'refused':
      return refused(answer.status, answer.body, endpoint, failed);
    case 'timeout': {
      const hint =
        failed.host.source === 'WorkloadIdentity'
          ? 'Check the network, and HTTPS_PROXY if a proxy is needed'
          : `Try again; if it happens again, restart the host. ${assignCommands}`;
      const message = `The managed identity endpoint ${endpoint} did not respond in time`;
      return new NoTokenError('IdentityEndpointTimeout', message, { hint });
    }
    case 'unreachable':
      if (isCertificateFault(answer.errorCode)) {
        const message = `The certificate of ${endpoint} is not trusted (${answer.errorCode})`;
        return new NoTokenError('CertificateNotTrusted', message, { hint: certificateHint });
      }
      return endpointFailed(`broke the connection (${answer.errorCode})`, endpoint, failed);
    case 'failed':
      return endpointFailed(`could not be used: ${redact(answer.message, failed.environment)}`, endpoint, failed);
    case 'token':
      return endpointFailed('answered with a token that the library refused', endpoint, failed);
  }
}

function unavailable(answer: IdentityEndpointAnswer, { host }: FailedRequest): NoTokenError {
  const cause = answer.kind === 'unreachable' ? `, ${answer.errorCode}` : '';
  return new NoTokenError(
    'ManagedIdentityUnavailable',
    `No managed identity: nothing listens at ${host.endpoint} (${host.source}${cause})`,
    { hint: assignCommands },
  );
}

function refused(status: number, body: string, endpoint: string, failed: FailedRequest): NoTokenError {
  const { code, message } = parseIdentityError(body);
  const safeMessage = redact(message, failed.environment) || 'no message';
  const codeAndMessage = `${code ?? ''} ${message}`;
  if (status >= 400 && status < 500 && audienceRefused.test(codeAndMessage)) {
    const allowed = /supported audiences|allowed audiences/i.test(safeMessage) ? '' : `; ${allowedAudiences(failed)}`;
    return new NoTokenError(
      'AudienceNotSupported',
      `${endpoint} gives no token for audience '${failed.resource}': ${safeMessage}${allowed}`,
      { hint: 'Use an allowed audience: --resource URI, or AZURE_CLOUD and AZURE_RESOURCE_MANAGER_AUDIENCE' },
    );
  }
  if (status === 400 && saysNotFound(codeAndMessage)) {
    return new NoTokenError('IdentityNotFound', `${endpoint} has no ${describe(failed.identity)}: ${safeMessage}`, {
      hint: assignHint(failed.identity),
    });
  }
  if (status === 400 && severalIdentities.test(message)) {
    return new NoTokenError('IdentityNotFound', `${endpoint} cannot choose an identity: ${safeMessage}`, {
      hint: 'AZURE_CLIENT_ID must be the client id of the identity to use. To list the identities of a virtual machine: az vm identity show -g GROUP -n NAME',
    });
  }
  if (status === 200) return endpointFailed('answered 200 without a token', endpoint, failed);
  if (status === 401 && failed.host.source === 'AzureArc') {
    return endpointFailed('asks for the key of the Azure Arc agent', endpoint, failed, arcKeyHint);
  }
  return endpointFailed(`answered ${status}: ${safeMessage}`, endpoint, failed);
}

/** Looks at each word once: an endpoint may send any text. */
function saysNotFound(text: string): boolean {
  return text
    .toLowerCase()
    .split('\n')
    .some((line) => notFound.some((words) => hasInOrder(line, words)));
}

function hasInOrder(line: string, words: readonly string[]): boolean {
  let from = 0;
  for (const word of words) {
    const at = line.indexOf(word, from);
    if (at < 0) return false;
    from = at + word.length;
  }
  return true;
}

function endpointFailed(
  what: string,
  endpoint: string,
  { attempts }: FailedRequest,
  hint = `Try again; if it happens again, restart the host or check its managed identity. ${assignCommands}`,
): NoTokenError {
  const after = attempts > 1 ? ` (${attempts} attempts)` : '';
  const message = `The managed identity endpoint ${endpoint} ${what}${after}`;
  return new NoTokenError('IdentityEndpointFailed', message, { hint });
}

function allowedAudiences(failed: FailedRequest): string {
  return failed.host.source === 'CloudShell'
    ? 'allowed, with exactly these slashes: https://management.azure.com/, https://management.core.windows.net/, https://graph.microsoft.com/, https://vault.azure.net, https://storage.azure.com/'
    : 'allowed: resource URIs of Azure and of applications in its tenant, such as https://management.azure.com';
}

/** The requested identity, for a message. */
function describe(identity: IdentitySetting): string {
  switch (identity.by) {
    case 'system':
      return 'system-assigned identity';
    case 'clientId':
      return `identity with client id ${identity.clientId} (${identity.setting})`;
    case 'objectId':
      return `identity with object id ${identity.objectId} (${identity.setting})`;
    case 'resourceId':
      return `identity with resource id ${identity.resourceId} (${identity.setting})`;
  }
}

function assignHint(identity: IdentitySetting): string {
  if (identity.by === 'system') return assignCommands;
  const id = identity.by === 'resourceId' ? shellWord(identity.resourceId) : 'RESOURCE-ID-OF-THE-IDENTITY';
  return `Check the id, and assign the identity: az functionapp identity assign -g GROUP -n NAME --identities ${id} # on a virtual machine: az vm identity assign -g GROUP -n NAME --identities ${id}`;
}
