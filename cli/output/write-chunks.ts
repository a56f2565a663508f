import type { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { InventoryError } from '../../lib/errors.ts';

/** Characters gathered for one write. */
const writeLength = 65_536;

/**
 * Writes text as fast as the reader takes it. Empty chunks are pauses. A reader that has had enough (`| head`) ends it, without an error.
 * @throws {InventoryError} `OutputNotWritten`: the stream fails otherwise (a full disk)
 * @throws the signal's reason
 */
export function writeChunks(stream: Writable, chunks: Iterable<string>, signal: AbortSignal): Promise<void> {
  return writeEach(stream, gathered(chunks), signal);
}

/** The same for bytes that come in pieces of some size; empty ones are pauses. */
export function writePieces(stream: Writable, pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  return writeEach(stream, pieces, signal);
}

async function writeEach(stream: Writable, parts: Iterable<string | Uint8Array>, signal: AbortSignal): Promise<void> {
  // The write's own callback has the error; without a listener it would end the process.
  const heard = (): void => undefined;
  stream.on('error', heard);
  try {
    for (const part of parts) {
      if (part.length > 0 && !(await written(stream, part))) return;
      // Writes to files and pipes return at once: without this no signal would be seen before the end.
      await setImmediate();
      signal.throwIfAborted();
    }
  } finally {
    stream.off('error', heard);
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

/** @returns whether there is still somebody who reads */
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
