import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pacedBody, responseOf } from '../../functions/paced-body.ts';

const piece = new Uint8Array(1024 * 1024);
/** More than sockets hold. */
const pieces = 200;

let server: ReturnType<typeof createServer>;
let made: number;
let cancelled: boolean;
let response: ServerResponse;
/** How the library's own loop over the body ended. */
let written: Promise<string>;
let failAt: number;

beforeEach(async () => {
  made = 0;
  cancelled = false;
  failAt = Number.POSITIVE_INFINITY;
  server = createServer((_request, serving) => {
    response = serving;
    written = write(pacedBody(body(), serving), serving);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const body = () =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      if (made === failAt) throw new Error('on purpose');
      if (made === pieces) return controller.close();
      made += 1;
      controller.enqueue(piece);
    },
    cancel() {
      cancelled = true;
    },
  });

/** As the Functions library does. */
async function write(paced: ReadableStream<Uint8Array>, to: ServerResponse): Promise<string> {
  try {
    for await (const chunk of paced) to.write(chunk);
    to.end();
    return 'ended';
  } catch (error) {
    return String(error);
  }
}

async function ask(headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false, headers });
  const [answer] = await once(request, 'response');
  return answer;
}

async function bytesOf(answer: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer) bytes += chunk.length;
  return bytes;
}

test('A client that reads gets the whole body', async () => {
  const answer = await ask();

  expect(await bytesOf(answer)).toBe(pieces * piece.byteLength);
  expect(await written).toBe('ended');
});

test('A body is not made for a client that does not read, and cancelled when it leaves', async () => {
  const answer = await ask();
  answer.pause();
  await expect.poll(() => response.writableNeedDrain).toBe(true);

  answer.destroy();

  expect(await written).toBe('ended');
  expect(cancelled).toBe(true);
  expect(made).toBeLessThan(pieces / 2);
});

test('A client that continues to read gets the rest', async () => {
  const answer = await ask();
  answer.pause();
  await expect.poll(() => response.writableNeedDrain).toBe(true);

  expect(await bytesOf(answer)).toBe(pieces * piece.byteLength);
});

test('A body that fails is cut off, not ended', async () => {
  failAt = 3;

  const answer = await ask();

  await expect(bytesOf(answer)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await written).toBe('Error: on purpose');
});

test('An open response is known by its invocation', async () => {
  const answer = await ask({ 'x-ms-invocation-id': 'one' });
  const found = [responseOf('one') === response, responseOf('other')];

  await bytesOf(answer);

  expect(found).toEqual([true, undefined]);
  await expect.poll(() => responseOf('one')).toBeUndefined();
});
