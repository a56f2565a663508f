import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { InventoryError } from '../../lib/errors.ts';

/** Characters per write. */
const writeLength = 65_536;

/**
 * Writes text as fast as the reader takes it. Empty chunks are pauses. If the reader stops (`| head`), writing ends
 * without an error.
 * @throws {InventoryError} `OutputNotWritten`: the stream fails for another reason, such as a full disk
 * @throws the signal's reason
 */
export function writeChunks(stream: Writable, chunks: Iterable<string>, signal: AbortSignal): Promise<void> {
  return writeEach(stream, gathered(chunks), signal);
}

/** Writes bytes in the same way. Empty pieces are pauses. */
export function writePieces(stream: Writable, pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  return writeEach(stream, pieces, signal);
}

async function writeEach(stream: Writable, parts: Iterable<string | Uint8Array>, signal: AbortSignal): Promise<void> {
  // The callback of the write gets the error. Without a listener, the error would also end the process.
  const ignore = (): void => undefined;
  stream.on('error', ignore);
  try {
    for (const part of parts) {
      if (part.length > 0 && !(await written(stream, part))) return;
      // Writes to files and pipes return at once. Without this pause, Ctrl-C would take effect only at the end.
      await setImmediate();
      signal.throwIfAborted();
    }
  } finally {
    stream.off('error', ignore);
  }
}

function* gathered(chunks: Iterable<string>): Generator<string> {
  let text = '';
  for (const chunk of chunks) {
    text += chunk;
    if (chunk !== '' && text.length < writeLength) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** @returns false when the reader has closed the stream */
function written(stream: Writable, part: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(part, (cause) => {
      if (!cause) resolve(true);
      else if (isBrokenPipe(cause)) resolve(false);
      else reject(new InventoryError('OutputNotWritten', `Standard output failed: ${cause.message}`, { cause }));
    });
  });
}

function isBrokenPipe(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
}
