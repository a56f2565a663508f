import { RestError } from '@azure/storage-blob';
import type { Container } from '../azure/store/container.ts';
import { attempt, isConditionNotMet, isNotThere, roleCommand } from '../azure/store/storage-error.ts';
import type { MissingRight } from '../inventory/missing-right.ts';

/** No blob has this ETag: a write on the condition that it has changes nothing, whoever is allowed to. */
const impossible = { ifMatch: '"0x0"' };

/**
 * Asks whether the identity may write to a container, without writing: rights are looked at before conditions.
 * @returns null where nothing is missing, and where no identity is used
 * @throws {InventoryError} it could not be found out: `StorageUnreachable`, `StorageUnavailable`, `StorageDenied` by network rules
 * @throws {NoTokenError} no token is to be had
 */
export async function findMissingStorageRight(container: Container, signal: AbortSignal): Promise<MissingRight | null> {
  const { tokens } = container;
  if (tokens === null) return null;
  const denied = await attempt(container, 'ask for the right to write', signal, async () => {
    try {
      const blob = container.client.getBlockBlobClient('rights-check');
      await blob.upload('', 0, { abortSignal: signal, conditions: impossible });
      return false;
    } catch (error) {
      // a container that is missing is made by the first run
      if (isConditionNotMet(error) || isNotThere(error)) return false;
      if (isRoleMissing(error)) return true;
      throw error;
    }
  });
  return denied ? missing(container, container.service.url.replace(/\/$/, '')) : null;
}

/**
 * Asks whether the identity may read what another deployment has published.
 * @returns null where nothing is missing, and where no identity is used
 * @throws as {@link findMissingStorageRight}; `StorageDenied` where the account is another tenant's
 */
export async function findMissingSourceRight(container: Container, signal: AbortSignal): Promise<MissingRight | null> {
  if (container.tokens === null) return null;
  const denied = await attempt(container, 'ask for the right to read', signal, async () => {
    try {
      await container.client.getBlobClient('latest.json').getProperties({ abortSignal: signal });
      return false;
    } catch (error) {
      if (isNotThere(error)) return false;
      if (isRoleMissing(error)) return true;
      throw error;
    }
  });
  return denied ? missing(container, container.client.url) : null;
}

function missing(container: Container, scope: string): MissingRight {
  return { scope, role: container.role, grantCommand: roleCommand(container) };
}

/**
 * The account's network rules answer 403 as well, with another code.
 * @see https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
 */
function isRoleMissing(error: unknown): boolean {
  if (!(error instanceof RestError)) return false;
  const code = error.response?.headers.get('x-ms-error-code') ?? error.code;
  return error.statusCode === 403 && code === 'AuthorizationPermissionMismatch';
}
