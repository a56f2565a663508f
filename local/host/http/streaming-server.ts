import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';

const listenChannel = 'tracing:net.server.listen:asyncStart';

/**
 * Asks the app's library for its capabilities and, where it streams HTTP (capability `HttpUri`), catches the server that it
 * opens for that.
 *
 * The real host is another process and proxies each request to that server. Here both live in one process, so a request is
 * handed to the server's own `request` listener instead: the same headers and order of events, one hop and two copies of each
 * body less. The listening socket, which is bound to all interfaces, is closed at once: nothing of this host is reachable from outside.
 * @returns the server, or null where the app doesn't stream
 */
export async function catchStreamingServer(
  getCapabilities: () => Promise<Readonly<Record<string, string>>>,
): Promise<Server | null> {
  const opened: Server[] = [];
  const onListen = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('server' in message)) return;
    if (message.server instanceof Server) opened.push(message.server);
  };
  subscribe(listenChannel, onListen);
  let httpUri: string | undefined;
  try {
    httpUri = (await getCapabilities()).HttpUri;
  } finally {
    unsubscribe(listenChannel, onListen);
  }
  if (httpUri === undefined) return null;
  const port = Number(new URL(httpUri).port);
  const server = opened.find((candidate) => portOf(candidate) === port);
  if (server === undefined)
    throw new Error(`No HTTP server was opened at ${httpUri}, which the app's library announced.`);
  server.close();
  return server;
}

function portOf(server: Server): number | null {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : null;
}
