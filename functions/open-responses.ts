import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage, ServerResponse } from 'node:http';

/** Published by Node for each request that a server of this process gets. */
const requestChannel = 'http.server.request.start';

const open = new Map<IncomingMessage, ServerResponse>();

subscribe(requestChannel, (message) => {
  if (typeof message !== 'object' || message === null || !('request' in message && 'response' in message)) return;
  const { request, response } = message;
  if (!(request instanceof IncomingMessage && response instanceof ServerResponse)) return;
  open.set(request, response);
  response.once('close', () => open.delete(request));
});

/**
 * The response of an invocation on the server of the Functions library, which it writes answers to and lets nobody see.
 * @returns undefined where there is none (any more), or Node no longer tells of requests
 * @see https://nodejs.org/api/diagnostics_channel.html#http
 */
export function responseOf(invocationId: string): ServerResponse | undefined {
  for (const [request, response] of open) if (request.headers['x-ms-invocation-id'] === invocationId) return response;
  return undefined;
}
