import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { expect, test } from 'vitest';
import { createQuietAgent } from '../../lib/azure/quiet-agent.ts';
import { startQuietProxy } from './fixtures/quiet-proxy.ts';

const quietMs = 100;

/** Requests, through a proxy, an address that only the proxy would look up. @returns the error */
async function errorThrough(proxy: string): Promise<unknown> {
  const agent = createQuietAgent(Agent, quietMs, { proxyEnv: { https_proxy: proxy } });
  const sent = request('https://storage.invalid/', { agent });
  const failed = once(sent, 'error');
  sent.end();
  const [error] = await failed;
  return error;
}

test.each([
  ['never answers', null],
  ['answers in part', 'HTTP/1.1 200 Conn'],
  ['opens a tunnel without an answer behind it', 'HTTP/1.1 200 Connection established\r\n\r\n'],
])('A request and its connection end when a proxy %s', async (_, answer) => {
  await using proxy = await startQuietProxy(answer);

  const error = await errorThrough(proxy.url);

  expect(error).toMatchObject({ code: 'ETIMEDOUT', message: 'no data for 0.1 s' });
  await expect.poll(proxy.open).toBe(0);
});

test('When a proxy refuses and keeps the connection open, the agent closes it', async () => {
  await using proxy = await startQuietProxy('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');

  const error = await errorThrough(proxy.url);

  expect(error).toMatchObject({ code: 'ERR_PROXY_TUNNEL', statusCode: 407 });
  await expect.poll(proxy.open).toBe(0);
});
