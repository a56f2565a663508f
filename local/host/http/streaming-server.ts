import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';

const listenChannel = 'tracing:net.server.listen:asyncStart';

/**
 * Reads the capabilities of the app's library. Where it streams HTTP (capability `HttpUri`), captures the server that
 * it opens.
 *
 * The real host is another process and proxies each request to that server. Here both share one process, so the host
 * emits each request on that server instead: the same headers and order of events, one hop and two copies of each body
 * less. The server listens on all interfaces, so this closes its socket at once: nothing of this host is reachable from
 * outside.
 * @returns the server, or null when the app does not stream
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
  const server = opened.find((candidate) => {
    const address = candidate.address();
    return typeof address === 'object' && address?.port === port;
  });
  if (server === undefined) throw new Error(`The app's library announced ${httpUri} but opened no HTTP server there.`);
  server.close();
  return server;
}
