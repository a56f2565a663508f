import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createHttpFront } from '../../local/host/http/http-front.ts';
import { logErrorsOf } from '../../local/host/log.ts';
import { listenOnLoopback } from '../../local/listen.ts';

/** The server, without any function, and a client that has sent this. */
async function startFront(request: string) {
  const front = createHttpFront({
    routes: [],
    listeners: new Map(),
    keys: null,
    streamingServer: null,
    invoke: () => Promise.reject(new Error('there is no function')),
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  const client: Socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  client.write(request);
  return {
    front,
    client,
    connections: () => new Promise((resolve) => front.getConnections((_, count) => resolve(count))),
    async [Symbol.asyncDispose]() {
      client.destroy();
      front.close();
      await once(front, 'close');
    },
  };
}

test('A connection that cannot be taken is logged, and the server goes on', async () => {
  const front = createServer((_, response) => response.end('here'));
  const port = await listenOnLoopback(front, 0);
  logErrorsOf(front);

  front.emit('error', new Error('accept ENOBUFS'));

  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('here');
  front.close();
  front.closeAllConnections();
});

const connectRequest = 'CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: elsewhere.example:443\r\n\r\n';

test('A client that resets its connection while CONNECT is refused does no harm', async () => {
  await using started = await startFront(connectRequest);
  const gone = Promise.withResolvers<void>();
  started.front.prependListener('connect', (_, socket) => {
    started.client.resetAndDestroy();
    socket.once('close', () => gone.resolve());
  });

  await gone.promise;

  expect(await started.connections()).toBe(0);
});

test('A client that never ends its side after a CONNECT that was refused is not kept', async () => {
  await using started = await startFront(connectRequest);

  const answer = await text(started.client);

  expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  expect(started.client.writable).toBe(true);
  await expect.poll(started.connections).toBe(0);
});
