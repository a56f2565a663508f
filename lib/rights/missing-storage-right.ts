import type { Container } from '../azure/store/container.ts';
import { attempt, isConditionNotMet, isNotThere, isRoleMissing, roleCommand } from '../azure/store/storage-error.ts';
import type { MissingRight } from '../inventory/roles/missing-right.ts';

/** No blob has this ETag, so a write on this condition never changes anything. */
const impossible = { ifMatch: '"0x0"' };

/**
 * Checks whether the identity may write to a container. Writes nothing: storage checks rights before conditions.
 * @returns null if nothing is missing, or no identity is used
 * @throws {InventoryError} unknown: `StorageUnreachable`, `StorageUnavailable`, `StorageDenied` by network rules
 * @throws {NoTokenError}
 */
export function findMissingStorageRight(container: Container, signal: AbortSignal): Promise<MissingRight | null> {
  const blob = container.client.getBlockBlobClient('rights-check');
  const write = () => blob.upload('', 0, { abortSignal: signal, conditions: impossible });
  return findMissing('write', write, container, container.service.url.replace(/\/$/, ''), signal);
}

/**
 * Checks whether the identity may read what another deployment has published.
 * @returns null if nothing is missing, or no identity is used
 * @throws as {@link findMissingStorageRight}; `StorageDenied` also if the account is another tenant's
 */
export function findMissingSourceRight(container: Container, signal: AbortSignal): Promise<MissingRight | null> {
  const read = () => container.client.getBlobClient('latest.json').getProperties({ abortSignal: signal });
  return findMissing('read', read, container, container.client.url, signal);
}

async function findMissing(
  right: 'read' | 'write',
  use: () => Promise<unknown>,
  container: Container,
  scope: string,
  signal: AbortSignal,
): Promise<MissingRight | null> {
  if (container.tokens === null) return null;
  return attempt(container, `check the right to ${right}`, signal, async () => {
    try {
      await use();
      return null;
    } catch (error) {
      // The first run creates a missing container.
      if (isConditionNotMet(error) || isNotThere(error)) return null;
      if (!isRoleMissing(error)) throw error;
      return { scope, role: container.role, grantCommand: roleCommand(container) };
    }
  });
}
