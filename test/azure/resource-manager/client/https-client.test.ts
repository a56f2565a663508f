import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHttpsClient } from '../../../../lib/azure/resource-manager/client/https-client.ts';
import type { SomeMembers } from '../../../../lib/azure/resource-manager/client/members/member-filter.ts';
import { isJsonResponse } from '../../../../lib/azure/resource-manager/client/policies/json-policy.ts';
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

describe('a list of which some members are read', () => {
  const members = { value: { id: 'all' }, nextLink: 'all' } as const satisfies SomeMembers;
  const value = Array.from({ length: 500 }, (_, index) => ({ id: `vm-${index}`, skipped: 'é'.repeat(300) }));
  const body = Buffer.from(JSON.stringify({ value, nextLink: null }));
  const read = { value: value.map(({ id }) => ({ id })), nextLink: null };

  async function getSome(client: ReturnType<typeof createHttpsClient>, url: string): Promise<unknown> {
    const request = createPipelineRequest({ url });
    attachContext(request, newContext(), members);
    const response = await client.sendRequest(request);
    return isJsonResponse(response) ? response.json.take() : { status: response.status, text: response.bodyAsText };
  }

  test('is read compressed and not, in whatever pieces it arrives, and after answers of another kind', async () => {
    let next = 0;
    const refusal = '{"error":{"code":"AuthorizationFailed"}}';
    const answers: readonly ((response: ServerResponse) => Promise<unknown>)[] = [
      async (response) => response.end(body),
      async (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body)),
      async (response) => response.writeHead(403).end(refusal),
      async (response) => response.writeHead(403, { 'content-encoding': 'gzip' }).end(gzipSync(refusal)),
      async (response) => {
        for (let from = 0; from < body.length; from += 30_011) {
          response.write(body.subarray(from, from + 30_011));
          await new Promise(setImmediate);
        }
        response.end();
      },
    ];
    await using server = await startArmServer(async (response) => void (await answers[next++]?.(response)));
    const client = createHttpsClient(1);

    const found: unknown[] = [];
    for (const _ of answers) found.push(await getSome(client, server.origin));

    const refused = { status: 403, text: refusal };
    expect(found).toEqual([read, read, refused, refused, read]);
  });

  test('is not mixed with others that arrive at the same time', async () => {
    const bodies = Array.from({ length: 20 }, (_, list) =>
      Buffer.from(JSON.stringify({ value: value.map(({ id, skipped }) => ({ skipped, id: `${list}-${id}` })) })),
    );
    await using server = await startArmServer(async (response, { url }) => {
      const list = bodies[Number(url.pathname.slice(1))] ?? Buffer.alloc(0);
      for (let from = 0; from < list.length; from += 7_001) {
        response.write(list.subarray(from, from + 7_001));
        await new Promise(setImmediate);
      }
      response.end();
    });
    const client = createHttpsClient(20);

    const found = await Promise.all(bodies.map((_, list) => getSome(client, `${server.origin}/${list}`)));

    expect(found).toEqual(bodies.map((_, list) => ({ value: value.map(({ id }) => ({ id: `${list}-${id}` })) })));
  });

  test.each([
    ['no JSON', '<html>', 'The answer to / is not JSON', false],
    ['an end that is missing', body.subarray(0, 20_000), 'The answer to / was cut off after 20000 bytes', true],
    ['nothing', '', 'The answer to / is empty', true],
  ])('is refused with %s, and the next one is read', async (_, sent, message, cutOff) => {
    for (const pack of [(bytes: string | Buffer) => bytes, gzipSync]) {
      const encoding = pack === gzipSync ? { 'content-encoding': 'gzip' } : {};
      let first = true;
      await using server = await startArmServer((response) => {
        response.writeHead(200, encoding).end(pack(first ? sent : body));
        first = false;
      });
      const client = createHttpsClient(1);

      await expect(getSome(client, server.origin)).rejects.toMatchObject({ message, cutOff });
      expect(await getSome(client, server.origin)).toEqual(read);
    }
  });
});
