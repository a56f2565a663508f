import { once } from 'node:events';
import type { Server } from 'node:http';
import { logErrorsOf } from './host/log.ts';

/**
 * Listens on loopback.
 * @param port 0 for a free one
 * @returns the server's origin
 * @throws the port is taken
 */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  logErrorsOf(server);
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}
