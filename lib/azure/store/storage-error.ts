import { RestError } from '@azure/storage-blob';
import { InventoryError } from '../../errors.ts';
import type { Container } from './container.ts';
import { deniedHint } from './storage-right.ts';

/**
 * What Blob storage answered, as one of our errors. Only the service's error code and request id go into it: its messages can
 * quote signatures, and its error objects hold the request with its headers.
 * @param what the operation and the blob, such as `write runs/…/run.json`
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
  const said = `Cannot ${what} in ${where}: ${status} ${serviceCode(error) ?? ''}`.trimEnd();
  const requestId = error.response?.headers.get('x-ms-request-id');
  const message = requestId === undefined ? said : `${said} (request ${requestId})`;
  if (status === 401 || status === 403)
    return new InventoryError('StorageDenied', message, {
      hint: deniedHint(container, error.response?.headers.get('www-authenticate')),
    });
  if (status === 404) {
    return new InventoryError('StorageNotFound', message, {
      hint: `It is made by a run. Check the names: ${new URL(container.client.url).pathname.slice(1)}`,
    });
  }
  if (status === 429 || status >= 500) {
    return new InventoryError('StorageUnavailable', message, {
      hint: 'Blob storage is busy or away. The next run does what this one could not; nothing is lost',
    });
  }
  return new InventoryError('StorageFailed', message, {
    hint: 'Try again. Should it last: what the service means is at https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes',
  });
}

/** True for the answer to a write whose condition (If-Match, If-None-Match) did not hold. */
export function isConditionNotMet(error: unknown): boolean {
  return (
    error instanceof RestError &&
    (error.statusCode === 412 || (error.statusCode === 409 && serviceCode(error) === 'BlobAlreadyExists'))
  );
}

const absences: readonly (string | undefined)[] = ['BlobNotFound', 'ContainerNotFound'];

/** True when there is no such blob, or no container yet. Any other 404 says nothing of that, and must not pass for an empty store. */
export function isNotThere(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 404 && absences.includes(serviceCode(error));
}

/** True when the container itself is missing. */
export function isContainerMissing(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 404 && serviceCode(error) === 'ContainerNotFound';
}

/** Answers without a body (to HEAD) have the code in a header only. */
function serviceCode(error: RestError): string | undefined {
  return error.response?.headers.get('x-ms-error-code') ?? error.code;
}
