import type { TokenCredential } from '@azure/core-auth';
import { BlobServiceClient, newPipeline, type StoragePipelineOptions } from '@azure/storage-blob';
import { containerUrlForm, readContainerUrl, shownUrl } from '../../container-url.ts';
import { InvalidSettingError } from '../../errors.ts';
import type { Environment, Settings } from '../../settings.ts';
import { readAccessToken } from '../access-token.ts';
import type { TokenSource } from '../token.ts';
import { createTokenSource } from '../token-source.ts';
import { type Container, dataRole, type Role } from './container.ts';
import { breakQuietConnections } from './quiet-connections.ts';

/** One audience serves every cloud. https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory */
const storageAudience = 'https://storage.azure.com/';

/** Five tries within about six seconds: what is away for longer is for the next run. */
const options: StoragePipelineOptions = {
  retryOptions: { maxTries: 5, retryDelayInMs: 500, maxRetryDelayInMs: 10_000 },
};

/** As long as the service takes for most requests. https://learn.microsoft.com/rest/api/storageservices/setting-timeouts-for-blob-service-operations */
const connections = breakQuietConnections(30_000);

/**
 * The container that the settings name, reached with the managed identity or by a connection string. Nothing is sent yet.
 * @throws {InvalidSettingError} no storage is set, or it cannot be understood
 */
export function containerOf(settings: Settings, environment: Environment): Container {
  const { storage } = settings;
  if (storage.kind === 'none') {
    throw new InvalidSettingError('No storage account is set', {
      hint: 'Set INVENTORY_STORAGE__blobServiceUri to https://ACCOUNT.blob.core.windows.net, or AzureWebJobsStorage',
    });
  }
  if (storage.kind === 'connectionString') return byConnectionString(storage.connectionString, settings.container);
  const own: Settings =
    storage.clientId === null ? settings : { ...settings, identity: { by: 'clientId', clientId: storage.clientId } };
  return byIdentity(storage.blobServiceUri, settings.container, createTokenSource(own, environment), dataRole);
}

/**
 * A container by its address, for reading with the identity at hand.
 * @param url `https://ACCOUNT.blob.core.windows.net/CONTAINER`
 * @param role what its work needs there, for messages
 * @throws {InvalidSettingError} not such an address, or one outside this cloud
 */
export function containerAt(
  url: string,
  { cloud }: Pick<Settings, 'cloud'>,
  tokens: TokenSource,
  role: Role = dataRole,
): Container {
  const address = readContainerUrl(url, cloud);
  if (address === null || !address.service.startsWith('https:')) {
    throw new InvalidSettingError(
      `'${shownUrl(url)}' is not the address of a container; allowed: ${containerUrlForm[cloud]}`,
    );
  }
  return byIdentity(address.service, address.container, tokens, role);
}

function byIdentity(blobServiceUri: string, name: string, tokens: TokenSource, role: Role): Container {
  let last: string | null = null;
  const credential = credentialOf(tokens, (token) => {
    last = token;
  });
  return {
    ...opened(blobServiceUri, credential, name),
    tokens,
    role,
    sent: () => (last === null ? null : readAccessToken(last)),
  };
}

function byConnectionString(connectionString: string, name: string): Container {
  try {
    const { url, credential } = BlobServiceClient.fromConnectionString(connectionString);
    return { ...opened(url, credential, name), tokens: null, role: dataRole, sent: () => null };
  } catch {
    // the library's own message may quote the string, which holds a key
    throw new InvalidSettingError('INVENTORY_STORAGE or AzureWebJobsStorage is not a storage connection string', {
      hint: 'Set INVENTORY_STORAGE__blobServiceUri to https://ACCOUNT.blob.core.windows.net and use the managed identity',
    });
  }
}

function opened(
  url: string,
  credential: BlobServiceClient['credential'],
  name: string,
): Pick<Container, 'service' | 'client' | 'account'> {
  const pipeline = newPipeline(credential, options);
  pipeline.factories.unshift(connections);
  const service = new BlobServiceClient(url, pipeline);
  return { service, client: service.getContainerClient(name), account: service.accountName };
}

function credentialOf(tokens: TokenSource, onToken: (token: string) => void): TokenCredential {
  const never = new AbortController().signal;
  return {
    async getToken(_scopes, options) {
      const found = await tokens.token({
        // whatever a challenge asks for
        audience: storageAudience,
        signal: options?.abortSignal instanceof AbortSignal ? options.abortSignal : never,
        ...(options?.claims === undefined ? {} : { claims: options.claims }),
        ...(options?.tenantId === undefined ? {} : { tenantId: options.tenantId }),
      });
      onToken(found.token);
      // The cache is ours. With one of its own the library would ask every three seconds for as long as an earlier token holds,
      // instead of saying that none is to be had: https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/core/core-rest-pipeline/src/util/tokenCycler.ts
      return { ...found, expiresOnTimestamp: Date.now() };
    },
  };
}
