import { once } from 'node:events';
import type { Server } from 'node:http';
import { errorText, writeLog } from './log.ts';

/**
 * Listens on loopback. A connection that cannot be accepted later on is logged, and ends nothing.
 * @param port 0 for a free one
 * @returns the server's origin
 * @throws the port is taken
 */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.on('error', (error) => writeLog('error', 'host', errorText(error)));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}
