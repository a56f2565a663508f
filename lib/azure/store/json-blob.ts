import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { InventoryError } from '../../errors.ts';
import { attempt } from './attempt.ts';
import type { Container } from './container.ts';
import { type Download, download } from './download.ts';
import { isConditionNotMet, isContainerMissing, isNotThere } from './storage-error.ts';

/** A small blob, parsed, with what the service says of it. */
export interface JsonBlob<T> {
  readonly value: T;
  readonly etag: string;
  /** What its writer marked it with. */
  readonly mark: string | null;
  /** Time since it was written, by the service's own clock: clocks of hosts differ, and jump. */
  readonly ageMs: number;
}

/** Which blob a write may replace: the one with this ETag, none at all, or whichever is there. */
export type Replaces = { readonly etag: string } | 'nothing' | 'anything';

/** The largest that we write, a plan of 10,000 subscriptions, has a tenth of it. */
const usualBytes = 64 * 1024 * 1024;

/**
 * Reads a small JSON blob; null when it (or the container) is not there.
 * @param mostBytes what is longer is not read to its end: memory is bounded, whoever wrote it
 * @throws {InventoryError} `StoredJsonUnreadable` when it is not what we write
 */
export async function readJson<S extends v.GenericSchema>(
  container: Container,
  name: string,
  schema: S,
  signal: AbortSignal,
  mostBytes = usualBytes,
): Promise<JsonBlob<v.InferOutput<S>> | null> {
  return attempt(container, `read ${name}`, signal, async () => {
    let found: Download;
    try {
      found = await download(container, name, signal);
    } catch (error) {
      if (isNotThere(error)) return null;
      throw error;
    }
    const { properties, body } = found;
    const value = parse(container, name, await textOf(body, mostBytes), schema);
    const ageMs = (properties.date?.getTime() ?? 0) - (properties.lastModified?.getTime() ?? 0);
    return { value, etag: properties.etag ?? '', mark: properties.metadata?.mark ?? null, ageMs };
  });
}

/**
 * Writes a small JSON blob.
 * @param mark by which the writer knows this write again when its answer was lost
 * @returns false when the condition did not hold: nothing was written, or this write before its answer was lost
 */
export async function writeJson(
  container: Container,
  name: string,
  value: unknown,
  replaces: Replaces,
  signal: AbortSignal,
  mark: string | null = null,
): Promise<boolean> {
  const body = Buffer.from(JSON.stringify(value));
  const blob = container.client.getBlockBlobClient(name);
  return attempt(container, `write ${name}`, signal, async () => {
    try {
      await makingContainer(container, signal, () =>
        blob.upload(body, body.length, {
          abortSignal: signal,
          conditions: conditionsOf(replaces),
          blobHTTPHeaders: { blobContentType: 'application/json' },
          ...(mark === null ? {} : { metadata: { mark } }),
        }),
      );
      return true;
    } catch (error) {
      if (isConditionNotMet(error)) return false;
      throw error;
    }
  });
}

/** Writes; when the container is missing, makes it and writes again. */
export async function makingContainer<T>(
  container: Container,
  signal: AbortSignal,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isContainerMissing(error)) throw error;
    await container.client.createIfNotExists({ abortSignal: signal });
    return await write();
  }
}

function conditionsOf(replaces: Replaces): { ifMatch?: string; ifNoneMatch?: string } {
  if (replaces === 'anything') return {};
  return replaces === 'nothing' ? { ifNoneMatch: '*' } : { ifMatch: replaces.etag };
}

/** @returns null for more than `mostBytes` */
async function textOf(body: Readable, mostBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse<S extends v.GenericSchema>(
  container: Container,
  name: string,
  text: string | null,
  schema: S,
): v.InferOutput<S> {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue) ?? (text === null ? 'its length' : 'its text');
  throw new InventoryError(
    'StoredJsonUnreadable',
    `${name} in ${container.client.url} cannot be used: ${place} is wrong`,
    {
      hint: 'Restore it from an earlier version of the blob (blob versioning is on): az storage blob list --include v',
    },
  );
}
