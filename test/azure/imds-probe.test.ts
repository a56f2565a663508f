import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { answersProbe } from '../../lib/azure/credentials/imds-probe.ts';
import { startIdentityEndpoint } from './fixtures/identity-endpoint.ts';

const never = new AbortController().signal;

test.each([
  ['400, as IMDS answers without its header', 400, 'Required metadata header not specified'],
  ['403, as a proxy may answer', 403, 'Forbidden'],
])('an answer of %s means that IMDS is there', async (_, status, body) => {
  await using server = await startIdentityEndpoint(() => ({ status, text: body }));

  expect(await answersProbe(server.origin, never)).toBe(true);
});

test('an answer of a container network for an unreachable address does not mean that IMDS is there', async () => {
  await using server = await startIdentityEndpoint(() => ({
    status: 403,
    text: 'dial tcp 169.254.169.254:80: connect: A socket operation was unreachable',
  }));

  expect(await answersProbe(server.origin, never)).toBe(false);
});

test('an endless answer is not read to its end', async () => {
  let sent = 0;
  const server = createServer((_, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    response.writeHead(400);
    const send = (): void => {
      while (sent < 1024 && response.write(chunk)) sent++;
    };
    response.on('drain', send);
    send();
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  expect(await answersProbe(`http://127.0.0.1:${port}`, never)).toBe(true);
  expect(sent).toBeLessThan(1024);
});

test('a broken connection does not mean that IMDS is there, and is not repeated', async () => {
  await using server = await startIdentityEndpoint(() => ({ silence: 'reset' }));

  expect(await answersProbe(server.origin, never)).toBe(false);
  expect(server.requests).toHaveLength(1);
});
