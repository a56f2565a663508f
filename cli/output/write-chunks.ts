import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { InventoryError } from '../../lib/errors.ts';
import { type Pieces, toPieces } from '../../lib/reports/pieces.ts';
import { printableLines } from './terminal-text.ts';

/**
 * Writes text as fast as the reader takes it. Empty chunks are pauses. If the reader stops (`| head`), writing ends
 * without an error.
 * @throws {InventoryError} `OutputNotWritten`: the stream fails for another reason, such as a full disk
 * @throws the signal's reason
 */
export function writeChunks(stream: Writable, chunks: Iterable<string>, signal: AbortSignal): Promise<void> {
  return writePieces(stream, toPieces(chunks), signal);
}

/** Writes UTF-8 in the same way. Empty pieces are pauses. A terminal gets no control characters of names and tags. */
export async function writePieces(
  stream: Writable & { readonly isTTY?: boolean },
  pieces: Pieces,
  signal: AbortSignal,
): Promise<void> {
  // The callback of the write gets the error. Without a listener, the error would also end the process.
  const ignore = (): void => undefined;
  stream.on('error', ignore);
  try {
    for (const piece of stream.isTTY === true ? forTerminal(pieces) : pieces) {
      if (piece.length > 0 && !(await written(stream, piece))) return;
      // Writes to files and pipes return at once. Without this pause, Ctrl-C would take effect only at the end.
      await setImmediate();
      signal.throwIfAborted();
    }
  } finally {
    stream.off('error', ignore);
  }
}

function* forTerminal(pieces: Pieces): Generator<Uint8Array> {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  for (const piece of pieces) yield encoder.encode(printableLines(decoder.decode(piece, { stream: true })));
}

/** @returns false when the reader has closed the stream */
function written(stream: Writable, piece: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(piece, (cause) => {
      if (!cause) resolve(true);
      else if (isBrokenPipe(cause)) resolve(false);
      else reject(new InventoryError('OutputNotWritten', `Standard output failed: ${cause.message}`, { cause }));
    });
  });
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}
