import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createHttpFront } from '../../local/host/http/http-front.ts';
import { logErrorsOf } from '../../local/host/log.ts';
import { listenOnLoopback } from '../../local/listen.ts';

/** A server without functions, and a client that has sent this request. */
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

test('a connection that the server cannot accept is logged, and the server keeps running', async () => {
  const front = createServer((_, response) => response.end('here'));
  const port = await listenOnLoopback(front, 0);
  logErrorsOf(front);

  front.emit('error', new Error('accept ENOBUFS'));

  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('here');
  front.close();
  front.closeAllConnections();
});

const connectRequest = 'CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: elsewhere.example:443\r\n\r\n';

test('a client may reset its connection while its CONNECT is refused', async () => {
  await using started = await startFront(connectRequest);
  const gone = Promise.withResolvers<void>();
  started.front.prependListener('connect', (_, socket) => {
    started.client.resetAndDestroy();
    socket.once('close', () => gone.resolve());
  });

  await gone.promise;

  expect(await started.connections()).toBe(0);
});

test('the connection of a refused CONNECT closes even if the client never ends its side', async () => {
  await using started = await startFront(connectRequest);

  const answer = await text(started.client);

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(started.client.writable).toBe(true);
  await expect.poll(started.connections).toBe(0);
});
