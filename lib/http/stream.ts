import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Sends pieces as they are made. After each of them, empty ones too, everything else has its turn.
 * @param onEnd called once: after the last piece, when making one failed, or when nobody wants more
 */
export function streamPieces(pieces: Iterable<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  let ended = false;
  const end = () => {
    if (!ended) onEnd();
    ended = true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        // An answer to a pull has to bring something: nobody would pull again.
        for (;;) {
          if (ended) return;
          const next = iterator.next();
          if (next.done === true) break;
          await nextTurn();
          if (next.value.byteLength === 0) continue;
          if (!ended) controller.enqueue(next.value);
          return;
        }
      } catch (error) {
        end();
        throw error;
      }
      end();
      controller.close();
    },
    cancel() {
      iterator.return?.();
      end();
    },
  });
}
