import { setImmediate as nextTurn } from 'node:timers/promises';

/** Large enough that few turns are needed, small enough that other requests get theirs. */
const chunkBytes = 64 * 1024;

/**
 * Sends text as it is made. Between two chunks everything else has its turn, so a long answer doesn't hold up short ones.
 * @param onEnd called once: after the last piece, when making one failed, or when nobody wants more
 */
export function streamText(pieces: Iterable<string>, onEnd: () => void): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  const encoder = new TextEncoder();
  let ended = false;
  const end = () => {
    if (!ended) onEnd();
    ended = true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { text, done } = nextChunk(iterator);
        if (text !== '') controller.enqueue(encoder.encode(text));
        if (!done) return await nextTurn();
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

function nextChunk(iterator: Iterator<string>): { readonly text: string; readonly done: boolean } {
  let text = '';
  while (text.length < chunkBytes) {
    const next = iterator.next();
    if (next.done === true) return { text, done: true };
    text += next.value;
  }
  return { text, done: false };
}
