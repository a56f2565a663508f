import type { TokenCredential } from '@azure/core-auth';
import { BlobServiceClient, type ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import { InvalidSettingError } from '../../errors.ts';
import type { Environment, Settings } from '../../settings.ts';
import type { TokenSource } from '../token.ts';
import { createTokenSource } from '../token-source.ts';
import { dataRole, storageError } from './storage-error.ts';

/** An open container, and how it is spoken of in messages. */
export interface Container {
  readonly service: BlobServiceClient;
  readonly client: ContainerClient;
  readonly account: string;
  /** Of the identity that it is reached with; null for a connection string. Only an identity can make links that read one blob. */
  readonly tokens: TokenSource | null;
  /** What the identity needs there. */
  readonly role: string;
}

/** One audience serves every cloud. https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory */
export const storageAudience = 'https://storage.azure.com/';

/** Five tries within about six seconds: what is away for longer is for the next run. */
const pipeline: StoragePipelineOptions = {
  retryOptions: { maxTries: 5, retryDelayInMs: 500, maxRetryDelayInMs: 10_000 },
};

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
 * @throws {InvalidSettingError} not such an address
 */
export function containerAt(url: string, tokens: TokenSource, role = dataRole): Container {
  const address = URL.parse(url);
  const names = address?.pathname.split('/').filter((name) => name !== '') ?? [];
  const name = names.at(-1);
  if (
    address === null ||
    address.protocol !== 'https:' ||
    address.search !== '' ||
    name === undefined ||
    names.length > 2
  ) {
    const shown = address === null ? url : `${address.origin}${address.pathname}`;
    throw new InvalidSettingError(
      `'${shown}' is not the address of a container; allowed: https://ACCOUNT.blob.core.windows.net/CONTAINER`,
    );
  }
  // an emulator has the account's name in its path
  return byIdentity([address.origin, ...names.slice(0, -1)].join('/'), name, tokens, role);
}

/** Runs one operation on the container; what fails comes out as an InventoryError that says what was tried. */
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

function byIdentity(blobServiceUri: string, name: string, tokens: TokenSource, role: string): Container {
  const service = new BlobServiceClient(blobServiceUri, credentialOf(tokens), pipeline);
  return opened(service, name, tokens, role);
}

function byConnectionString(connectionString: string, name: string): Container {
  try {
    return opened(BlobServiceClient.fromConnectionString(connectionString, pipeline), name, null, dataRole);
  } catch {
    // the library's own message may quote the string, which holds a key
    throw new InvalidSettingError('INVENTORY_STORAGE or AzureWebJobsStorage is not a storage connection string', {
      hint: 'Set INVENTORY_STORAGE__blobServiceUri to https://ACCOUNT.blob.core.windows.net and use the managed identity',
    });
  }
}

function opened(service: BlobServiceClient, name: string, tokens: TokenSource | null, role: string): Container {
  return { service, client: service.getContainerClient(name), account: service.accountName, tokens, role };
}

function credentialOf(tokens: TokenSource): TokenCredential {
  const never = new AbortController().signal;
  return {
    getToken: (_scopes, options) =>
      tokens.token({
        audience: storageAudience,
        signal: options?.abortSignal instanceof AbortSignal ? options.abortSignal : never,
        ...(options?.claims === undefined ? {} : { claims: options.claims }),
        ...(options?.tenantId === undefined ? {} : { tenantId: options.tenantId }),
      }),
  };
}
