import { pipeline, Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { type BlobDownloadResponseParsed, RestError } from '@azure/storage-blob';
import { decodeText } from '../../json.ts';
import type { Container } from './container.ts';
import { attempt, storageError } from './storage-error.ts';

const maxBreaks = 5;

interface Download {
  readonly properties: BlobDownloadResponseParsed;
  readonly body: Readable;
}

/**
 * Opens a blob for reading. When the connection breaks, the body continues from that byte with If-Match on the same
 * version. (The Azure SDK treats the break as an abort and gives up.)
 * @throws what the Azure SDK throws; the body fails with an {InventoryError}, see {@link storageError}
 */
export async function download(container: Container, name: string, signal: AbortSignal): Promise<Download> {
  const properties = await open(container, name, 0, undefined, signal);
  return { properties, body: Readable.from(pieces(container, name, properties, signal), { objectMode: false }) };
}

/**
 * The text of a body. Reading stops at the limit, so that a foreign body cannot fill the memory.
 * @returns null for more than `maxBytes`
 */
export async function textOf(body: Readable, maxBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return decodeText(Buffer.concat(chunks));
}

/** Time since a blob's last write by the service's clock: the clocks of hosts differ, and jump. */
export function ageMsOf({ date, lastModified }: { readonly date?: Date; readonly lastModified?: Date }): number {
  return (date?.getTime() ?? 0) - (lastModified?.getTime() ?? 0);
}

/** Decompresses a body as a stream, which fails with the body's error or the signal's reason. */
export function decompress(body: Readable, signal: AbortSignal): Readable {
  const output = createZstdDecompress({ chunkSize: 256 * 1024 });
  const onAbort = (): void => void output.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  // `pipeline` destroys `output` with the error, which its reader gets.
  pipeline(body, output, () => signal.removeEventListener('abort', onAbort));
  return output;
}

async function* pieces(
  container: Container,
  name: string,
  { etag, contentLength, readableStreamBody }: BlobDownloadResponseParsed,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let body = readableStreamBody;
  let offset = 0;
  for (let breaks = 1; ; breaks++) {
    try {
      for await (const piece of (body ?? []) as AsyncIterable<Buffer>) {
        offset += piece.length;
        yield piece;
      }
      return;
    } catch {
      // Once the body has begun, any error means a broken connection.
      signal.throwIfAborted();
    }
    if (offset === contentLength) return;
    if (breaks > maxBreaks) {
      throw storageError(new RestError('', { code: 'ECONNRESET' }), `read ${name}`, container);
    }
    const from = offset;
    const rest = await attempt(container, `read ${name}`, signal, () => open(container, name, from, etag, signal));
    body = rest.readableStreamBody;
  }
}

async function open(
  container: Container,
  name: string,
  offset: number,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<BlobDownloadResponseParsed> {
  const conditions = etag === undefined ? {} : { ifMatch: etag };
  const blob = container.client.getBlobClient(name);
  const response = await blob.download(offset, undefined, { abortSignal: signal, conditions });
  // The body may fail before its reader listens; the reader still gets the error.
  response.readableStreamBody?.on('error', () => undefined);
  return response;
}
