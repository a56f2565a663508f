import { once } from 'node:events';
import type { Server } from 'node:net';

/**
 * Listens on 127.0.0.1.
 * @param port 0 = any free port
 * @returns the port
 * @throws the port is in use or not allowed
 */
export async function listenOnLoopback(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return address.port;
}
