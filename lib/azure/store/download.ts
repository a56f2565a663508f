import { Readable } from 'node:stream';
import { type BlobDownloadResponseParsed, RestError } from '@azure/storage-blob';
import { attempt } from './attempt.ts';
import type { Container } from './container.ts';
import { storageError } from './storage-error.ts';

const mostBreaks = 5;

export interface Download {
  /** What storage says of the blob. */
  readonly properties: BlobDownloadResponseParsed;
  readonly body: Readable;
}

/**
 * Opens a blob for reading. A connection that breaks in the middle is taken up where it broke, in the same version of the blob (the
 * Azure SDK takes it for an abort, and gives up).
 * @throws what the Azure SDK throws; out of the body: {InventoryError} `StorageUnreachable`, … as storage answered
 */
export async function download(container: Container, name: string, signal: AbortSignal): Promise<Download> {
  const properties = await open(container, name, 0, undefined, signal);
  return { properties, body: Readable.from(pieces(container, name, properties, signal), { objectMode: false }) };
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
      // whatever it is called, there is only one thing that can happen to a body that has begun
      signal.throwIfAborted();
    }
    if (offset === contentLength) return;
    if (breaks > mostBreaks) throw brokenOff(container, name);
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
  // It may break before anybody reads it; whoever does is told.
  response.readableStreamBody?.on('error', () => undefined);
  return response;
}

function brokenOff(container: Container, name: string): Error {
  return storageError(new RestError('', { code: 'ECONNRESET' }), `read ${name}`, container);
}
