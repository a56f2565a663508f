import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { TokenCredential } from '@azure/core-auth';
import {
  BlobServiceClient,
  type ContainerClient,
  newPipeline,
  type RequestPolicyFactory,
  type StoragePipelineOptions,
} from '@azure/storage-blob';
import { accountNameOf, containerUrlForm, readContainerUrl, shownUrl } from '../../container-url.ts';
import { InvalidSettingError } from '../../errors.ts';
import type { Environment, Settings } from '../../settings.ts';
import { createQuietAgent } from '../quiet-agent.ts';
import type { TokenSource } from '../token.ts';
import { type AccessTokenClaims, readAccessToken } from '../token-claims.ts';
import { createTokenSource } from '../token-source.ts';

/** Writing the inventory needs this role, and so does signing links to single blobs. */
export const dataRole = 'Storage Blob Data Contributor';
/** Reading the inventory of another deployment needs this role. */
export const readerRole = 'Storage Blob Data Reader';
type Role = typeof dataRole | typeof readerRole;

export interface Container {
  readonly service: BlobServiceClient;
  readonly client: ContainerClient;
  /** Null for a custom domain. */
  readonly account: string | null;
  /** Null for a connection string. Only an identity can sign links to single blobs. */
  readonly tokens: TokenSource | null;
  /** The role that the identity needs on the container. */
  readonly role: Role;
  /** Claims of the last token sent to the container; null = none yet. */
  readonly sent: () => AccessTokenClaims | null;
}

/**
 * One audience serves every cloud.
 * @see https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory
 */
const storageAudience = 'https://storage.azure.com/';

/** Five tries within about six seconds. The next run handles longer outages. */
const options: StoragePipelineOptions = {
  retryOptions: { maxTries: 5, retryDelayInMs: 500, maxRetryDelayInMs: 10_000 },
};

/**
 * The service's own limit for most requests.
 * @see https://learn.microsoft.com/rest/api/storageservices/setting-timeouts-for-blob-service-operations
 */
const connections = breakQuietConnections(30_000);

/**
 * The container that the settings name, reached with the managed identity or a connection string. Sends nothing.
 * @throws {InvalidSettingError} no storage is set, or the setting is malformed
 */
export function containerOf(settings: Settings, environment: Environment): Container {
  const { storage } = settings;
  if (storage.kind === 'none') {
    throw new InvalidSettingError('No storage account is set', {
      withoutValues: 'No storage account is set',
      hint: 'Set INVENTORY_STORAGE__blobServiceUri to https://ACCOUNT.blob.core.windows.net, or AzureWebJobsStorage',
    });
  }
  if (storage.kind === 'connectionString') return byConnectionString(storage.connectionString, settings.container);
  const own: Settings = { ...settings, identity: storage.identity ?? settings.identity };
  return byIdentity(storage.blobServiceUri, settings.container, createTokenSource(own, environment), dataRole);
}

/**
 * A container by its URL, reached with an identity.
 * @param url `https://ACCOUNT.blob.core.windows.net/CONTAINER`
 * @param role the role that the caller's work needs, for messages
 * @throws {InvalidSettingError} not the URL of a container in this cloud
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

/** Breaks quiet connections. The Azure SDK alone waits on them without limit; it retries a broken connection. */
export function breakQuietConnections(quietMs: number): RequestPolicyFactory {
  const secure = createQuietAgent(HttpsAgent, quietMs);
  const plain = createQuietAgent(HttpAgent, quietMs);
  return {
    create: (next) => ({
      sendRequest(request) {
        request.agent = request.url.startsWith('https:') ? secure : plain;
        return next.sendRequest(request);
      },
    }),
  };
}

function byIdentity(blobServiceUri: string, name: string, tokens: TokenSource, role: Role): Container {
  const never = new AbortController().signal;
  let last: string | null = null;
  const credential: TokenCredential = {
    async getToken(_scopes, { abortSignal, claims, tenantId } = {}) {
      const found = await tokens.token({
        // Whatever audience a challenge names.
        audience: storageAudience,
        signal: abortSignal instanceof AbortSignal ? abortSignal : never,
        ...(claims === undefined ? {} : { claims }),
        ...(tenantId === undefined ? {} : { tenantId }),
      });
      last = found.token;
      // We cache tokens. The library's own cache would hide a failed refresh while an earlier token is valid, and ask
      // every three seconds:
      // https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/core/core-rest-pipeline/src/util/tokenCycler.ts
      return { ...found, expiresOnTimestamp: Date.now() };
    },
  };
  const sent = (): AccessTokenClaims | null => (last === null ? null : readAccessToken(last));
  return open(blobServiceUri, credential, name, { tokens, role, sent });
}

function byConnectionString(connectionString: string, name: string): Container {
  try {
    const { url, credential } = BlobServiceClient.fromConnectionString(connectionString);
    return open(url, credential, name, { tokens: null, role: dataRole, sent: () => null });
  } catch {
    // The library's own message may quote the string, which holds a key.
    const message = 'INVENTORY_STORAGE or AzureWebJobsStorage is not a storage connection string';
    throw new InvalidSettingError(message, {
      withoutValues: message,
      hint: 'Set INVENTORY_STORAGE__blobServiceUri to https://ACCOUNT.blob.core.windows.net and use the managed identity',
    });
  }
}

function open(
  url: string,
  credential: BlobServiceClient['credential'],
  name: string,
  identity: Pick<Container, 'tokens' | 'role' | 'sent'>,
): Container {
  const pipeline = newPipeline(credential, options);
  pipeline.factories.unshift(connections);
  const service = new BlobServiceClient(url, pipeline);
  return { service, client: service.getContainerClient(name), account: accountNameOf(service.url), ...identity };
}
