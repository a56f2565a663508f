import type { ServerResponse } from 'node:http';

/**
 * A body that is made no faster than its client takes it, ends when the client leaves, and cuts the connection when it cannot be
 * made: an answer that ended as usual would pass for whole. The Functions library writes pieces to the response as fast as it gets
 * them, and looks at nothing: all that a slow client has yet to take would lie in this process's memory.
 */
export function pacedBody(
  body: ReadableStream<Uint8Array>,
  response: Pick<ServerResponse, 'destroyed' | 'writableNeedDrain' | 'once' | 'off' | 'destroy'>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (response.writableNeedDrain) await drained(response);
          if (response.destroyed) await reader.cancel();
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          response.destroy();
          throw error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // asked for nothing before the piece before it was written
    { highWaterMark: 0 },
  );
}

/** Until more can be written, or nothing ever will. */
function drained(response: Pick<ServerResponse, 'once' | 'off'>): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      response.off('drain', end);
      response.off('close', end);
      resolve();
    };
    response.once('drain', end);
    response.once('close', end);
  });
}
