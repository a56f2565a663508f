import type { Environment, Settings } from '../../settings.ts';
import type { TokenSource } from '../token.ts';
import { openBatches } from './batches.ts';
import { type Container, containerAt, containerOf, readerRole } from './container.ts';
import { writeCurrentMachines } from './current-machines.ts';
import { openDatabases } from './databases.ts';
import type { DatabaseSource, InventoryStore, PublishedInventory } from './inventory-store.ts';
import { openPlans } from './plans.ts';
import { openLatestPointer } from './pointers.ts';
import { writeReport } from './reports.ts';
import { openRunClaim } from './run-claim.ts';
import { openRunRecords } from './run-records.ts';

/**
 * The store that the settings name. Nothing is sent yet; a missing container is made by the first write.
 * @throws {InvalidSettingError} no storage is set, or it cannot be understood
 */
export function openStore(settings: Settings, environment: Environment): InventoryStore {
  const container = containerOf(settings, environment);
  return {
    url: container.client.url,
    latest: openLatestPointer(container),
    databases: openDatabases(container),
    runs: openRunRecords(container),
    claim: openRunClaim(container),
    plans: openPlans(container),
    batches: openBatches(container),
    writeCurrentMachines: (chunks, signal) => writeCurrentMachines(container, chunks, signal),
    writeReport: (report, pieces, signal) => writeReport(container, report, pieces, signal),
  };
}

/**
 * The published inventory in a container by its address. Reading it needs Storage Blob Data Reader, changing it Contributor.
 * @param url `https://ACCOUNT.blob.core.windows.net/CONTAINER`
 * @throws {InvalidSettingError} not such an address
 */
export function openPublishedInventory(
  url: string,
  settings: Pick<Settings, 'cloud'>,
  tokens: TokenSource,
): PublishedInventory {
  const container = containerAt(url, settings, tokens);
  return {
    url: container.client.url,
    latest: openLatestPointer(container),
    databases: openDatabases(container),
    writeCurrentMachines: (chunks, signal) => writeCurrentMachines(container, chunks, signal),
  };
}

/**
 * The published inventory of another deployment. Needs Storage Blob Data Reader there, and nothing else.
 * @param url `https://ACCOUNT.blob.core.windows.net/CONTAINER`; or a container of the emulator that a connection string names
 * @throws {InvalidSettingError} not such an address
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
 * The container of another deployment, as {@link openSourceContainer} opens it.
 * @throws {InvalidSettingError} not such an address
 */
export function sourceContainer(
  url: string,
  settings: Settings,
  environment: Environment,
  tokens: TokenSource,
): Container {
  return containerBeside(url, settings, environment) ?? containerAt(url, settings, tokens, readerRole);
}

/** A container in the account of the app's own storage, where that is reached by a connection string; null = it is elsewhere. */
function containerBeside(url: string, settings: Settings, environment: Environment): Container | null {
  if (settings.storage.kind !== 'connectionString') return null;
  const prefix = containerOf(settings, environment).service.url.replace(/\/?$/, '/');
  return url.startsWith(prefix) ? containerOf({ ...settings, container: url.slice(prefix.length) }, environment) : null;
}
