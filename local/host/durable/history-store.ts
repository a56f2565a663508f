import { text as streamText } from 'node:stream/consumers';
import { type AppendBlobClient, BlobServiceClient, newPipeline, RestError } from '@azure/storage-blob';
import { breakQuietConnections } from '../../../lib/azure/store/container.ts';
import type { HistoryEvent } from './history.ts';

/** A stored history. It is empty when the host was killed at its beginning. */
export interface StoredHistory {
  readonly history: readonly HistoryEvent[];
  /** A turn was begun, and its events are not there (yet). */
  readonly inTurn: boolean;
  /** ETag of the stored history. An append requires it. */
  readonly etag: string;
}

/**
 * Histories as append blobs with one line of JSON per turn, so a killed process leaves only whole turns. A line without
 * events says that a turn begins.
 */
export interface HistoryStore {
  /** URL of the container, without credentials. */
  readonly url: string;
  /** Ids of all instances with a history. */
  list(): Promise<readonly string[]>;
  load(instanceId: string): Promise<StoredHistory | null>;
  /**
   * Begins a history.
   * @param replaces the history that it replaces
   * @returns null when a different history exists
   */
  create(
    instanceId: string,
    replaces: StoredHistory | null,
    events: readonly HistoryEvent[],
  ): Promise<StoredHistory | null>;
  /**
   * @param events none: a turn begins
   * @returns null when another process has written to it
   */
  append(instanceId: string, to: StoredHistory, events: readonly HistoryEvent[]): Promise<StoredHistory | null>;
}

const suffix = '.ndjson';
const retryOptions = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };
const longestQuietMs = 30_000;

/**
 * Opens the histories in the host's own storage account.
 * @param connectionString `AzureWebJobsStorage`
 * @param quietMs how long a connection may be silent before the request is repeated
 */
export function openHistoryStore(
  connectionString: string,
  hubName: string,
  quietMs: number = longestQuietMs,
): HistoryStore {
  const { url, credential } = BlobServiceClient.fromConnectionString(connectionString);
  const pipeline = newPipeline(credential, { retryOptions });
  pipeline.factories.unshift(breakQuietConnections(quietMs));
  const container = new BlobServiceClient(url, pipeline).getContainerClient(`${hubName.toLowerCase()}-history`);
  const blobOf = (instanceId: string): AppendBlobClient =>
    container.getAppendBlobClient(`${encodeURIComponent(instanceId)}${suffix}`);

  const store: HistoryStore = {
    url: container.url,
    async list() {
      const ids: string[] = [];
      try {
        for await (const { name } of container.listBlobsFlat()) {
          if (name.endsWith(suffix)) ids.push(decodeURIComponent(name.slice(0, -suffix.length)));
        }
      } catch (error) {
        if (!hasStatus(error, 404)) throw error;
      }
      return ids;
    },
    async load(instanceId) {
      try {
        const { etag = '', readableStreamBody } = await blobOf(instanceId).download();
        const text = readableStreamBody === undefined ? '' : await streamText(readableStreamBody);
        return { ...historyOf(text), etag };
      } catch (error) {
        if (hasStatus(error, 404)) return null;
        throw error;
      }
    },
    async create(instanceId, replaces, events) {
      const conditions = replaces === null ? { ifNoneMatch: '*' } : { ifMatch: replaces.etag };
      await container.createIfNotExists();
      try {
        const { etag = '' } = await blobOf(instanceId).create({ conditions });
        return await store.append(instanceId, { history: [], inTurn: false, etag }, events);
      } catch (error) {
        if (!hasStatus(error, 412) && !hasStatus(error, 409)) throw error;
        // An empty history: our own request succeeded unnoticed, or a killed host left it.
        const found = await store.load(instanceId);
        if (found === null) throw error;
        return found.history.length === 0 ? store.append(instanceId, found, events) : null;
      }
    },
    async append(instanceId, { history, etag }, events) {
      const line = Buffer.from(`${JSON.stringify(events)}\n`);
      const appended = { history: [...history, ...events], inTurn: events.length === 0 };
      try {
        const written = await blobOf(instanceId).appendBlock(line, line.length, { conditions: { ifMatch: etag } });
        return { ...appended, etag: written.etag ?? '' };
      } catch (error) {
        if (!hasStatus(error, 412)) throw error;
        // A request that succeeded unnoticed finds its own line.
        const found = await store.load(instanceId);
        const isOwn = found?.inTurn === appended.inTurn && sameEvents(found.history, appended.history);
        return isOwn ? found : null;
      }
    },
  };
  return store;
}

/** This module wrote the lines itself. */
function historyOf(text: string): Omit<StoredHistory, 'etag'> {
  const lines = text.split('\n').filter((line) => line !== '');
  const turns = lines.map((line) => JSON.parse(line) as readonly HistoryEvent[]);
  return { history: turns.flat(), inTurn: turns.at(-1)?.length === 0 };
}

function sameEvents(one: readonly HistoryEvent[], other: readonly HistoryEvent[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof RestError && error.statusCode === status;
}
