import { setImmediate as nextTurn } from 'node:timers/promises';

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
 * Sends pieces while they are made. Other requests get their turn after each piece, even an empty one, so a long answer
 * does not delay them.
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
