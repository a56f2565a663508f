import { setImmediate as nextTurn } from 'node:timers/promises';

/** Large enough that few turns are needed, small enough that other requests get theirs. */
const chunkLength = 64 * 1024;

/**
 * A body of bytes that exist already. `new Response(bytes)` copies them: 90 instead of 25 microseconds for a page of
 * 113 kB, measured behind the Functions library.
 */
export function streamBytes(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

/**
 * Sends text while it is made. Other requests get their turn between chunks, so a long answer does not delay them.
 * @param resources disposed after the last piece, when making one fails, or when the client leaves
 */
export function streamText(pieces: Iterable<string>, resources: DisposableStack): ReadableStream<Uint8Array> {
  return streamPieces(chunksOf(pieces), resources);
}

/**
 * Sends pieces while they are made. Other work gets its turn after each piece, even an empty one.
 * @param resources disposed after the last piece, when making one fails, or when the client leaves
 */
export function streamPieces(pieces: Iterable<Uint8Array>, resources: DisposableStack): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        // A pull that enqueues nothing is the last one, so skip empty pieces here.
        while (!resources.disposed) {
          const next = iterator.next();
          if (next.done === true) {
            resources.dispose();
            controller.close();
            return;
          }
          await nextTurn();
          if (next.value.byteLength === 0) continue;
          if (!resources.disposed) controller.enqueue(next.value);
          return;
        }
      } catch (error) {
        resources.dispose();
        throw error;
      }
    },
    cancel() {
      iterator.return?.();
      resources.dispose();
    },
  });
}

function* chunksOf(pieces: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < chunkLength) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}
