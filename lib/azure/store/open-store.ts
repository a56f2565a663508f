import { InvalidSettingError } from '../../errors.ts';
import type { Environment, Settings } from '../../settings.ts';
import type { TokenSource } from '../token.ts';
import { openBatches } from './batches.ts';
import { type Container, containerAt, containerOf, readerRole } from './container.ts';
import { openDatabases } from './databases.ts';
import { download, textOf } from './download.ts';
import { openPlans } from './plans.ts';
import { openLatestPointer, openRunClaim } from './pointers.ts';
import { openRunRecords } from './run-records.ts';
import { attempt } from './storage-error.ts';
import { type Report, writeCurrentMachines, writeReport } from './upload.ts';

/** All that a reader of the published inventory needs. */
export interface DatabaseSource {
  /** URL of the container. */
  readonly url: string;
  readonly latest: Pick<PublishedInventory['latest'], 'read'>;
  readonly databases: Pick<PublishedInventory['databases'], 'read' | 'describe'>;
}

/** All that a publisher needs. */
export type PublishedInventory = Readonly<ReturnType<typeof publishedIn>>;

/**
 * The container that holds the inventory. Every operation throws InventoryErrors: `StorageDenied`, `StorageNotFound`,
 * `StorageUnavailable`, `StorageUnreachable`, `StorageFailed`, and its own codes.
 */
export type InventoryStore = Readonly<ReturnType<typeof openStore>>;

/**
 * The store that the settings name. Sends nothing; the first write creates a missing container.
 * @throws {InvalidSettingError} no storage is set, or the setting is malformed
 */
export function openStore(settings: Settings, environment: Environment) {
  const container = containerOf(settings, environment);
  return {
    ...publishedIn(container),
    runs: openRunRecords(container),
    claim: openRunClaim(container),
    plans: openPlans(container),
    batches: openBatches(container),
    /** See {@link writeReport}. */
    writeReport: (report: Report, pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<void> =>
      writeReport(container, report, pieces, signal),
  };
}

/**
 * The published inventory in a container. Reading it needs Storage Blob Data Reader, changing it Contributor.
 * @param url `https://ACCOUNT.blob.core.windows.net/CONTAINER`
 * @throws {InvalidSettingError} not such a URL
 */
export function openPublishedInventory(
  url: string,
  settings: Pick<Settings, 'cloud'>,
  tokens: TokenSource,
): PublishedInventory {
  return publishedIn(containerAt(url, settings, tokens));
}

function publishedIn(container: Container) {
  return {
    url: container.client.url,
    latest: openLatestPointer(container),
    databases: openDatabases(container),
    /** See {@link writeCurrentMachines}. */
    writeCurrentMachines: (chunks: Iterable<string>, signal: AbortSignal): Promise<void> =>
      writeCurrentMachines(container, chunks, signal),
  };
}

/**
 * The published inventory of another deployment. Needs only Storage Blob Data Reader there.
 * @param url as {@link sourceContainer}
 * @throws {InvalidSettingError} not such a URL
 */
export function openSourceContainer(
  url: string,
  settings: Settings,
  environment: Environment,
  tokens: TokenSource,
): DatabaseSource {
  const container = sourceContainer(url, settings, environment, tokens);
  return { url, latest: openLatestPointer(container), databases: openDatabases(container) };
}

/**
 * The container of another deployment. The app's own connection string opens a container in the app's own account.
 * @param url `https://ACCOUNT.blob.core.windows.net/CONTAINER`; with a connection string, also a container of its
 *   account
 * @throws {InvalidSettingError} not such a URL
 */
export function sourceContainer(
  url: string,
  settings: Settings,
  environment: Environment,
  tokens: TokenSource,
): Container {
  const service = connectionStringService(settings, environment);
  if (service === null || !url.startsWith(service)) return containerAt(url, settings, tokens, readerRole);
  return containerOf({ ...settings, container: url.slice(service.length) }, environment);
}

/**
 * Reads a small text blob. Needs Storage Blob Data Reader there, or the connection string of its account.
 * @param url the URL of a {@link sourceContainer}, and `/NAME`
 * @param maxBytes reading stops there
 * @returns null for more than `maxBytes`
 * @throws {InvalidSettingError} not such a URL
 * @throws {InventoryError} `StorageNotFound`, `StorageDenied`, … as storage answered
 */
export async function readBlobText(
  url: string,
  settings: Settings,
  environment: Environment,
  tokens: TokenSource,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | null> {
  const service = connectionStringService(settings, environment);
  // https://ACCOUNT/CONTAINER/NAME: the service takes three parts
  const serviceParts = service !== null && url.startsWith(service) ? service.split('/').length - 1 : 3;
  const parts = url.split('/');
  const containerUrl = parts.slice(0, serviceParts + 1).join('/');
  const name = decodeURIComponent(parts.slice(serviceParts + 1).join('/'));
  if (name === '') throw new InvalidSettingError(`'${url}' is not the address of a blob`);
  const container = sourceContainer(containerUrl, settings, environment, tokens);
  const { body } = await attempt(container, `read ${name}`, signal, () => download(container, name, signal));
  return await textOf(body, maxBytes);
}

/** The URL of the account that the app's own connection string opens, with a slash at the end. */
function connectionStringService(settings: Settings, environment: Environment): string | null {
  if (settings.storage.kind !== 'connectionString') return null;
  return containerOf(settings, environment).service.url.replace(/\/?$/, '/');
}
