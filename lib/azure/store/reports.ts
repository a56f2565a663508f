import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { attempt } from './attempt.ts';
import type { Container } from './container.ts';
import { uploadStream } from './upload.ts';

/**
 * Writes one report of a run, `reports/<runId>/<file>`, as it is made. A report that breaks off on the way leaves no blob, or the
 * one that was there.
 * @param pieces empty ones are pauses
 */
export async function writeReport(
  container: Container,
  report: { readonly runId: string; readonly file: string; readonly contentType: string },
  pieces: Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const { runId, file, contentType } = report;
  const name = `reports/${runId}/${file}`;
  const blob = container.client.getBlockBlobClient(name);
  const source = Readable.from(withTurns(pieces), { objectMode: false });
  await attempt(container, `write ${name}`, signal, () =>
    uploadStream(blob, source, 4 * 1024 * 1024, signal, { blobHTTPHeaders: { blobContentType: contentType } }),
  );
}

async function* withTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece.byteLength > 0) yield piece;
    await nextTurn();
  }
}
