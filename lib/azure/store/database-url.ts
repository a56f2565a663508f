import { BlobSASPermissions, generateBlobSASQueryParameters, SASProtocol } from '@azure/storage-blob';
import type { Container } from './container.ts';

const lifetimeMs = 10 * 60 * 1000;
/** Clocks differ: a link that begins now can be refused. https://learn.microsoft.com/azure/storage/common/storage-sas-overview#best-practices-when-using-sas */
const backdatedMs = 5 * 60 * 1000;

/** Azure takes every version from this on; Azurite signs user-delegation links of this one as Azure does, and later ones not. */
const signatureVersion = '2020-12-06';

/**
 * A link that reads this one blob for ten minutes, signed by a user-delegation key; null without an identity, since a link signed
 * by an account key cannot be taken back.
 * @see https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
 */
export async function databaseUrl(container: Container, name: string, signal: AbortSignal): Promise<string | null> {
  if (container.tokens === null) return null;
  const startsOn = new Date(Date.now() - backdatedMs);
  const expiresOn = new Date(Date.now() + lifetimeMs);
  const key = await container.service.getUserDelegationKey(startsOn, expiresOn, { abortSignal: signal });
  const blob = container.client.getBlobClient(name);
  const query = generateBlobSASQueryParameters(
    {
      containerName: container.client.containerName,
      blobName: name,
      version: signatureVersion,
      permissions: BlobSASPermissions.parse('r'),
      protocol: SASProtocol.Https,
      startsOn,
      expiresOn,
    },
    key,
    container.account,
  );
  return `${blob.url}?${query}`;
}
