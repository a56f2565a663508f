import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { afterEach, expect, test, vi } from 'vitest';
import { createHttpsClient } from '../../../../lib/azure/resource-manager/client/https-client.ts';
import { attachContext } from '../../../../lib/azure/resource-manager/client/request-context.ts';
import { startQuietProxy } from '../../fixtures/quiet-proxy.ts';
import { json, newContext, startArmServer } from '../fixtures/arm-server.ts';

const quietMs = 200;
afterEach(() => {
  vi.unstubAllEnvs();
});

async function get(client: ReturnType<typeof createHttpsClient>, url: string): Promise<string | null | undefined> {
  const request = createPipelineRequest({ url });
  attachContext(request, newContext());
  return (await client.sendRequest(request)).bodyAsText;
}

/** A working proxy. */
async function startProxy() {
  let tunnels = 0;
  const server = createHttpServer();
  server.on('connect', ({ url = '' }, client) => {
    tunnels += 1;
    const [host = '', port] = url.split(':');
    const far = connect(Number(port), host, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    for (const [one, other] of [[client, far] as const, [far, client] as const]) {
      one
        .on('error', () => other.destroy())
        .on('close', () => other.destroy())
        .pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    tunnels: () => tunnels,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

test.each([
  ['that never answers', null],
  ['whose tunnel has no answer behind it', 'HTTP/1.1 200 OK\r\n\r\n'],
])('a request through a proxy %s fails and leaves no connection', async (_, answer) => {
  await using proxy = await startQuietProxy(answer);
  vi.stubEnv('HTTPS_PROXY', proxy.url);

  const failed = get(createHttpsClient(1, quietMs), 'https://management.invalid/');

  await expect(failed).rejects.toMatchObject({
    name: 'ConnectionError',
    message: 'No answer from https://management.invalid: no data for 0.2 s',
    transient: true,
  });
  await expect.poll(proxy.open).toBe(0);
});

test('a server that accepts a connection and never responds fails the request', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const failed = get(createHttpsClient(1, quietMs), `https://127.0.0.1:${port}/`);

  await expect(failed).rejects.toThrow('no data for 0.2 s');
  server.close();
});

test.each([
  ['before its answer', false],
  ['in the middle of it', true],
])('a server that stops %s fails the request', async (_, begins) => {
  await using server = await startArmServer((response) => {
    if (begins) response.writeHead(200, { 'content-length': 10 }).write('begun');
  });

  const failed = get(createHttpsClient(1, quietMs), server.origin);

  await expect(failed).rejects.toThrow('no data for 0.2 s');
});

test('a slow answer with data is awaited, on a new and on a reused connection', async () => {
  const patientMs = 1_000;
  await using server = await startArmServer(async (response) => {
    for (const piece of ['{"ok"', ':true', '}']) {
      await new Promise((resolve) => setTimeout(resolve, patientMs * 0.4));
      response.write(piece);
    }
    response.end();
  });
  const client = createHttpsClient(1, patientMs);

  const first = await get(client, server.origin);
  const second = await get(client, server.origin);

  expect([first, second]).toEqual(['{"ok":true}', '{"ok":true}']);
});

test('one tunnel through a proxy serves several requests in turn', async () => {
  await using server = await startArmServer((response) => json(response, { ok: true }));
  await using proxy = await startProxy();
  vi.stubEnv('HTTPS_PROXY', proxy.url);
  vi.stubEnv('NO_PROXY', '');
  const client = createHttpsClient(1, 60_000);

  const answers = [await get(client, server.origin), await get(client, server.origin)];

  expect(answers).toEqual(['{"ok":true}', '{"ok":true}']);
  expect(proxy.tunnels()).toBe(1);
});
