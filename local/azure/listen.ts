import type { Server } from 'node:http';

/** Starts a server on loopback. @returns its port */
export function listen(server: Server, port: number): Promise<number> {
  // Azure keeps connections open for minutes; Node's five seconds would reset a client's pooled ones.
  server.keepAliveTimeout = 120_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port.'));
      else resolve(address.port);
    });
  });
}

/** Stops a server and every connection to it. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
