import * as v from 'valibot';
import { InventoryError } from '../../errors.ts';
import { time } from '../../inventory/shape.ts';
import { jsonText } from '../../json.ts';
import type { Container } from './container.ts';
import { ageMsOf, download, textOf } from './download.ts';
import { writeIfMatch } from './if-match.ts';
import { ifPresent } from './storage-error.ts';

/** A time that was read. `time` alone describes a text. */
export const storedTime = v.pipe(
  time,
  v.check((value) => !Number.isNaN(Date.parse(value))),
);

export interface JsonBlob<T> {
  readonly value: T;
  readonly etag: string;
  /** The `writeId` of its last write. */
  readonly writeId: string | null;
  /** Time since its last write, see {@link ageMsOf}. */
  readonly ageMs: number;
}

/** Ten times the largest that we write: a plan of 10,000 subscriptions. */
const defaultMaxBytes = 64 * 1024 * 1024;

/**
 * Reads a small JSON blob.
 * @param maxBytes reading stops there, so that a foreign blob cannot fill the memory
 * @returns null when the blob or the container does not exist
 * @throws {InventoryError} `StoredJsonUnreadable` when it does not match the schema
 */
export async function readJson<S extends v.GenericSchema>(
  container: Container,
  name: string,
  schema: S,
  signal: AbortSignal,
  maxBytes = defaultMaxBytes,
): Promise<JsonBlob<v.InferOutput<S>> | null> {
  return ifPresent(container, `read ${name}`, signal, async () => {
    const { properties, body } = await download(container, name, signal);
    const text = await textOf(body, maxBytes);
    const result = v.safeParse(v.pipe(jsonText, schema), text);
    if (!result.success) {
      const place = v.getDotPath(result.issues[0]) ?? (text === null ? 'its length' : 'its text');
      const message = `${name} in ${container.client.url} cannot be used: ${place} is wrong`;
      throw new InventoryError('StoredJsonUnreadable', message, {
        hint: 'Restore it from an earlier version of the blob (blob versioning is on): az storage blob list --include v',
      });
    }
    return {
      value: result.output,
      etag: properties.etag ?? '',
      writeId: properties.metadata?.mark ?? null,
      ageMs: ageMsOf(properties),
    };
  });
}

/**
 * Writes a small JSON blob only if its ETag is still the one given.
 * @param etag null = only if the blob does not exist
 * @param writeId lets the writer recognise this write when its answer was lost
 * @returns false when the condition failed
 */
export function writeJson(
  container: Container,
  name: string,
  value: unknown,
  etag: string | null,
  signal: AbortSignal,
  writeId: string | null = null,
): Promise<boolean> {
  const body = Buffer.from(JSON.stringify(value));
  return writeIfMatch(container, name, etag, signal, (conditions) =>
    container.client.getBlockBlobClient(name).upload(body, body.length, {
      abortSignal: signal,
      conditions,
      blobHTTPHeaders: { blobContentType: 'application/json' },
      metadata: writeId === null ? {} : { mark: writeId },
    }),
  );
}
