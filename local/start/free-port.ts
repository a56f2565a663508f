import { once } from 'node:events';
import { createServer } from 'node:net';
import { InventoryError } from '../../lib/errors.ts';

/** A port of 127.0.0.1 that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  return tryPort(0);
}

/**
 * Says that a port is taken before anything else is started.
 * @throws {InventoryError} `PortInUse`, `PortNotAllowed`
 */
export async function requirePort(port: number): Promise<void> {
  try {
    await tryPort(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const hint = 'Choose another: npm start -- --port 0 takes a free one';
    if (code === 'EADDRINUSE')
      throw new InventoryError('PortInUse', `Something listens on port ${port} already`, { hint });
    if (code === 'EACCES') throw new InventoryError('PortNotAllowed', `Port ${port} is not for everyone`, { hint });
    throw error;
  }
}

async function tryPort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('A server without a port.');
  return address.port;
}
