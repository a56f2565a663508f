import { RestError } from '@azure/storage-blob';
import { InventoryError } from '../../errors.ts';
import { guidPattern } from '../../inventory/commands/azure-id.ts';
import { grantCommand, noCommand } from '../../inventory/missing-right.ts';
import { type Container, dataRole, readerRole } from './container.ts';

/** https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-name */
const accountName = /^[a-z0-9]{3,24}$/;

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
 * Converts an answer of Blob storage. The error holds only the service's error code and request id: the service's
 * messages can quote signatures, and the SDK's errors hold the request with its headers.
 * @see https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */
export function storageError(error: unknown, what: string, container: Container): Error {
  if (!(error instanceof RestError)) return error instanceof Error ? error : new Error(String(error));
  const where = `container ${container.client.containerName} of storage account ${container.account}`;
  const status = error.statusCode;
  if (status === undefined) {
    return new InventoryError('StorageUnreachable', `Cannot ${what} in ${where}: ${error.code ?? 'no answer'}`, {
      hint: `Check that the storage account exists, and that this host may reach ${new URL(container.client.url).origin}`,
    });
  }
  const answer = `Cannot ${what} in ${where}: ${status} ${serviceCode(error) ?? ''}`.trimEnd();
  const requestId = error.response?.headers.get('x-ms-request-id');
  const message = requestId === undefined ? answer : `${answer} (request ${requestId})`;
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

/** Whether a write's condition (If-Match, If-None-Match) failed. */
export function isConditionNotMet(error: unknown): boolean {
  return hasStatus(error, 412) || hasStatus(error, 409, 'BlobAlreadyExists');
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
  if (!accountName.test(account)) return noCommand('the name of the storage account is not one that Azure gives');
  // `$root` and `$web` are names of containers, and `$` begins a variable in double quotes.
  const containerWord = client.containerName.replaceAll('$', '\\$');
  const accountId = `$(az storage account show --name ${account} --query id --output tsv)`;
  const claims = sent();
  return grantCommand(
    role,
    role === dataRole ? `"${accountId}"` : `"${accountId}/blobServices/default/containers/${containerWord}"`,
    claims?.principalId ?? null,
    claims?.identityType === 'user' ? 'User' : 'ServicePrincipal',
  );
}
