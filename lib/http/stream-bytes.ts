/**
 * A body of bytes that are there already. A Response that is given the bytes themselves copies them: 90 instead of 25 microseconds
 * for a page of 113 kB, by the time it has gone through the Functions library.
 */
export function streamBytes(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
