import { setImmediate as nextTurn } from 'node:timers/promises';

/** Large enough that few turns are needed, small enough that other requests get theirs. */
const chunkBytes = 64 * 1024;

/** Sends text as it is made. Between two chunks everything else has its turn, so a long answer doesn't hold up short ones. */
export function streamText(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.iterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let text = '';
      while (text.length < chunkBytes) {
        const next = iterator.next();
        if (next.done === true) {
          if (text !== '') controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += next.value;
      }
      controller.enqueue(encoder.encode(text));
      await nextTurn();
    },
    cancel() {
      iterator.return?.();
    },
  });
}
