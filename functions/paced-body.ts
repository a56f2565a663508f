import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse } from 'node:http';

// The Functions library writes a streamed body to the response as fast as the stream makes it, without back-pressure
// and without noticing that the client has left: https://github.com/Azure/azure-functions-nodejs-library/issues/294.
// What a slow client has yet to read would stay in memory.

/** Node publishes each request that a server of this process receives. */
const requestChannel = 'http.server.request.start';

const openResponses = new Map<IncomingMessage, ServerResponse>();

subscribe(requestChannel, (message) => {
  if (typeof message !== 'object' || message === null || !('request' in message && 'response' in message)) return;
  const { request, response } = message;
  if (!(request instanceof IncomingMessage && response instanceof ServerResponse)) return;
  openResponses.set(request, response);
  response.once('close', () => openResponses.delete(request));
});

/**
 * The response of an invocation on the Functions library's own server, which the library does not expose.
 * @returns undefined when it has ended, or Node does not publish requests
 * @see https://nodejs.org/api/diagnostics_channel.html#http
 */
export function responseOf(invocationId: string): ServerResponse | undefined {
  for (const [request, response] of openResponses) {
    if (request.headers['x-ms-invocation-id'] === invocationId) return response;
  }
  return undefined;
}

/**
 * A body that is read only as fast as its client reads the response. It ends when the client leaves. An error cuts the
 * connection: a normal end would make the answer look complete.
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
    // Reads a piece only after the one before is written.
    { highWaterMark: 0 },
  );
}

/** Waits until more can be written, or the response is closed. */
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
