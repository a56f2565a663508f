import { RestError } from '@azure/storage-blob';
import { InventoryError } from '../../errors.ts';
import { guidPattern } from '../../inventory/commands/azure-id.ts';
import { shellWord } from '../../inventory/commands/shell-word.ts';
import { grantCommand, noCommand } from '../../inventory/roles/missing-right.ts';
import { certificateFaultOf, certificateHint } from '../certificate-fault.ts';
import { type Container, dataRole, readerRole } from './container.ts';

/** Codes of a storage account that does not answer. They say nothing about its content. */
export const noAnswerCodes = ['StorageUnavailable', 'StorageUnreachable', 'CertificateNotTrusted'] as const;

/** https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-name */
const accountName = /^[a-z0-9]{3,24}$/;
/** In a command, for an account whose address does not contain its name. */
const unknownAccount = 'ACCOUNT';

/** A condition of the request was not met, whatever else protects the blob. */
const lostRaces = ['ConditionNotMet', 'TargetConditionNotMet', 'BlobAlreadyExists'];

/** Codes of a blob that nothing may change for now. Status 412 and 409, as for a lost race. */
const protections = /^Lease|^BlobImmutable/;

/**
 * Runs one operation on a container and converts its failure.
 * @param what the operation and the blob, such as `write runs/…/run.json`
 * @throws {InventoryError} see {@link storageError}
 * @throws the signal's reason
 */
export async function attempt<T>(
  container: Container,
  what: string,
  signal: AbortSignal,
  operation: () => Promise<T>,
): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    signal.throwIfAborted();
    throw storageError(error, what, container);
  }
}

/** As {@link attempt}, with null when the blob or its container does not exist. */
export function ifPresent<T>(
  container: Container,
  what: string,
  signal: AbortSignal,
  operation: () => Promise<T>,
): Promise<T | null> {
  return attempt(container, what, signal, () =>
    operation().catch((error: unknown) => {
      if (isNotThere(error)) return null;
      throw error;
    }),
  );
}

/**
 * Converts an answer of Blob storage. For a blob under a lease or an immutability policy, the code is the service's own
 * (`LeaseIdMissing`, `BlobImmutableDueToPolicy`). The error holds only the service's error code and request id: the
 * service's messages can quote signatures, and the SDK's errors hold the request with its headers.
 * @see https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */
export function storageError(error: unknown, what: string, container: Container): Error {
  if (!(error instanceof RestError)) return error instanceof Error ? error : new Error(String(error));
  const { account, client } = container;
  const where = `container ${client.containerName} of storage account ${account ?? `at ${new URL(client.url).host}`}`;
  const status = error.statusCode;
  const untrusted = certificateFaultOf(error);
  if (untrusted !== null) {
    const server = new URL(client.url).origin;
    const message = `Cannot ${what} in ${where}: the certificate of ${server} is not trusted (${untrusted})`;
    return new InventoryError('CertificateNotTrusted', message, { hint: certificateHint });
  }
  if (status === undefined) {
    return new InventoryError('StorageUnreachable', `Cannot ${what} in ${where}: ${error.code ?? 'no answer'}`, {
      hint: `Check that the storage account exists, and that this host may reach ${new URL(container.client.url).origin}`,
    });
  }
  const code = serviceCode(error) ?? '';
  const answer = `Cannot ${what} in ${where}: ${status} ${code}`.trimEnd();
  const requestId = error.response?.headers.get('x-ms-request-id');
  const message = requestId === undefined ? answer : `${answer} (request ${requestId})`;
  if (protections.test(code)) {
    return new InventoryError({ given: code }, message, {
      hint: protectionHint(code, blobOf(error, container), container),
    });
  }
  if (status === 401 || status === 403) {
    return new InventoryError('StorageDenied', message, {
      hint: deniedHint(container, error.response?.headers.get('www-authenticate')),
    });
  }
  if (status === 404) {
    return new InventoryError('StorageNotFound', message, {
      hint: `A run creates it. Check the names: ${new URL(container.client.url).pathname.slice(1)}`,
    });
  }
  if (status === 429 || status >= 500) {
    return new InventoryError('StorageUnavailable', message, {
      hint: 'Blob storage is busy or unavailable. The next run catches up; nothing is lost',
    });
  }
  return new InventoryError('StorageFailed', message, {
    hint: 'Try again. If it fails again, look the code up at https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes',
  });
}

/** `TimedOut`: another deployment's storage account is too slow, or out of reach. */
export function storeTimedOut(what: string, timeoutMs: number, cause: unknown): InventoryError {
  return new InventoryError('TimedOut', `${what} within ${timeoutMs / 1000} s`, {
    hint: "Check the storage account's name, and that this host can reach it through its firewall or private endpoint",
    cause,
  });
}

/** Whether another writer came first: a write's condition (If-Match, If-None-Match) failed. */
export function isConditionNotMet(error: unknown): boolean {
  return error instanceof RestError && lostRaces.includes(serviceCode(error) ?? '');
}

/** Whether the blob or its container does not exist. Any other 404 must not pass for an empty store. */
export function isNotThere(error: unknown): boolean {
  return hasStatus(error, 404, 'BlobNotFound') || isContainerMissing(error);
}

export function isContainerMissing(error: unknown): boolean {
  return hasStatus(error, 404, 'ContainerNotFound');
}

/**
 * Whether the identity lacks its role. The account's network rules answer 403 too, with another code.
 * @see https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
 */
export function isRoleMissing(error: unknown): boolean {
  return hasStatus(error, 403, 'AuthorizationPermissionMismatch');
}

function hasStatus(error: unknown, status: number, code?: string): boolean {
  if (!(error instanceof RestError) || error.statusCode !== status) return false;
  return code === undefined || serviceCode(error) === code;
}

/** Answers without a body (to HEAD) have the code in a header only. */
function serviceCode(error: RestError): string | undefined {
  return error.response?.headers.get('x-ms-error-code') ?? error.code;
}

/** The blob that a refused request was about. */
function blobOf({ request }: RestError, { client }: Container): string {
  const path = URL.parse(request?.url ?? '')?.pathname ?? '';
  return decodeURIComponent(path.slice(new URL(client.url).pathname.length + 1));
}

/**
 * The hint for a blob that nothing may change, with the command that shows why.
 * @see https://learn.microsoft.com/azure/storage/blobs/immutable-storage-overview
 */
function protectionHint(code: string, blob: string, { account, client }: Container): string {
  const accountWord = shellWord(account ?? unknownAccount);
  const containerWord = shellWord(client.containerName);
  if (code.startsWith('Lease')) {
    return `Only the holder of its lease may change the blob. To see the lease: az storage blob show --auth-mode login --account-name ${accountWord} --container-name ${containerWord} --name ${shellWord(blob)} --query properties.lease # to end it: az storage blob lease break`;
  }
  return `The app needs a container whose blobs it may change (INVENTORY_CONTAINER). To see the policy of the container: az storage container-rm show --storage-account ${accountWord} --name ${containerWord} --query "[immutabilityPolicy, legalHold]" # a blob can have a policy of its own: az storage blob show`;
}

/**
 * The hint for a 401 or 403.
 * @param challenge the answer's `WWW-Authenticate`, which names the account's tenant
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#bearer-challenge
 */
function deniedHint(container: Container, challenge: string | undefined): string {
  if (container.tokens === null) {
    return 'Check the account key in the connection string (INVENTORY_STORAGE or AzureWebJobsStorage)';
  }
  const tenant = /authorization_uri="?https:\/\/[^/\s]+\/([0-9a-f-]{36})\//i.exec(challenge ?? '')?.[1];
  if (
    tenant !== undefined &&
    guidPattern.test(tenant) &&
    tenant.toLowerCase() !== container.sent()?.tenantId?.toLowerCase()
  ) {
    return `The account belongs to tenant ${tenant}, which does not know this identity. A managed identity reads accounts of its own tenant only; a person signs in there: az login --tenant ${tenant}`;
  }
  const orTemplate = container.role === readerRole ? 'or deploy infra/source.bicep there; ' : '';
  return `${roleCommand(container)} # ${orTemplate}takes effect within ten minutes; if the role is already assigned, the account's network rules block this host`;
}

/**
 * The command that grants the container's role to the identity of the last token. The account's id is not known here,
 * so a shell expression looks it up. Reading needs the role on the container. Writing needs it on the account, to
 * create containers and sign links.
 */
export function roleCommand({ account, client, role, sent }: Container): string {
  if (account !== null && !accountName.test(account)) {
    return noCommand('the name of the storage account is not one that Azure gives');
  }
  // `$root` and `$web` are names of containers, and `$` begins a variable in double quotes.
  const containerWord = client.containerName.replaceAll('$', '\\$');
  const accountId = `$(az storage account show --name ${account ?? unknownAccount} --query id --output tsv)`;
  const claims = sent();
  return grantCommand(
    role,
    role === dataRole ? `"${accountId}"` : `"${accountId}/blobServices/default/containers/${containerWord}"`,
    claims?.principalId ?? null,
    claims?.identityType === 'user' ? 'User' : 'ServicePrincipal',
  );
}
