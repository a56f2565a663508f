import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlockBlobUploadStreamOptions } from '@azure/storage-blob';
import { untilAborted } from '../../async/with-timeout.ts';
import type { Container } from './container.ts';
import { attempt } from './storage-error.ts';

const blocksInFlight = 3;
const reportBlockBytes = 4 * 1024 * 1024;

/**
 * Uploads a stream and closes it. The blob appears only when the upload is complete.
 *
 * The library checks the signal only at the end, when it commits the blocks; this rejects at once.
 * @param blockBytes memory holds three blocks
 * @throws the signal's reason; what the library throws
 */
export async function uploadStream(
  container: Container,
  name: string,
  source: Readable,
  blockBytes: number,
  signal: AbortSignal,
  options: Pick<BlockBlobUploadStreamOptions, 'blobHTTPHeaders' | 'conditions' | 'metadata'>,
): Promise<void> {
  try {
    signal.throwIfAborted();
    const blob = container.client.getBlockBlobClient(name);
    const upload = blob.uploadStream(source, blockBytes, blocksInFlight, { ...options, abortSignal: signal });
    await untilAborted(upload, signal);
  } finally {
    // A failed upload leaves its source open.
    source.destroy();
  }
}

export interface Report {
  readonly runId: string;
  readonly file: string;
  readonly contentType: string;
}

/**
 * Writes `reports/<runId>/<file>` of a run. A failure leaves the blob as it was.
 * @param pieces empty ones are pauses
 */
export function writeReport(
  container: Container,
  { runId, file, contentType }: Report,
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  return replace(container, `reports/${runId}/${file}`, contentType, withTurns(pieces), signal);
}

/**
 * Writes the current machines to a fixed name, for KQL `externaldata` and other readers without a protocol.
 * @param chunks text in chunks of whole lines
 */
export function writeCurrentMachines(
  container: Container,
  chunks: Iterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const bytes = Iterator.from(chunks).map((chunk) => Buffer.from(chunk));
  return replace(container, 'current/virtualMachines.ndjson', 'application/x-ndjson', bytes, signal);
}

function replace(
  container: Container,
  name: string,
  blobContentType: string,
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const source = Readable.from(bytes, { objectMode: false });
  return attempt(container, `write ${name}`, signal, () =>
    uploadStream(container, name, source, reportBlockBytes, signal, { blobHTTPHeaders: { blobContentType } }),
  );
}

async function* withTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece.byteLength > 0) yield piece;
    await nextTurn();
  }
}
