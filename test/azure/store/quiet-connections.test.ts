import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { AnonymousCredential, BlobClient, newPipeline } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { breakQuietConnections } from '../../../lib/azure/store/container.ts';
import { newAzuriteAccount } from '../../support/azurite-account.ts';
import { startBlobProxy } from '../../support/blob-proxy.ts';
import { allCases } from '../../support/cases.ts';
import { never, newStore } from '../../support/stores.ts';

/** A blob on a server that answers its requests in turn. */
async function blobAnswered(quietMs: number, ...answers: readonly RequestListener[]) {
  let requests = 0;
  const server = createServer((request, response) => {
    const answer = answers[requests++];
    if (answer === undefined) throw new Error(`Unexpected request: ${request.method} ${request.url}`);
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pipeline = newPipeline(new AnonymousCredential(), { retryOptions: { maxTries: 2, retryDelayInMs: 1 } });
  pipeline.factories.unshift(breakQuietConnections(quietMs));
  const { port } = server.address() as AddressInfo;
  return {
    blob: new BlobClient(`http://127.0.0.1:${port}/account/container/blob`, pipeline),
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const silent: RequestListener = () => undefined;
const whole: RequestListener = (_request, response) => {
  response.writeHead(200, { 'Content-Length': 4, ETag: '"1"', 'Keep-Alive': 'timeout=2' }).end('blob');
};

test('A request without an answer is retried, and then fails as a broken connection', async () => {
  await using answered = await blobAnswered(1_000, silent, whole);
  await using unanswered = await blobAnswered(100, silent, silent);

  expect((await answered.blob.getProperties()).etag).toBe('"1"');
  await expect(unanswered.blob.getProperties()).rejects.toMatchObject({ code: 'ETIMEDOUT', name: 'RestError' });
  expect([answered.requests(), unanswered.requests()]).toEqual([2, 2]);
});

test('A reused connection has the whole time, however soon its server closes idle connections', async () => {
  const late: RequestListener = (request, response) => {
    setTimeout(() => whole(request, response), 1500);
  };
  await using server = await blobAnswered(60_000, whole, late);

  await buffer((await server.blob.download()).readableStreamBody as NodeJS.ReadableStream);
  await server.blob.getProperties();

  expect(server.requests()).toBe(2);
});

test.runIf(allCases)('The store retries when storage never answers, or stops in the middle of a blob', async () => {
  const azurite = await newAzuriteAccount();
  await using proxy = await startBlobProxy(azurite.origin);
  const direct = newStore(azurite.connectionString);
  const { store } = newStore(azurite.connectionStringVia(proxy.origin), direct.name);
  const treatments = ['hold', 'stall'] as const;
  await direct.store.claim.take('20261121T060000Z-3f2a', null, never);
  let request = 0;
  proxy.treat = () => treatments[request++] ?? 'pass';

  const claims = await Promise.all([store.claim.read(never), store.claim.read(never)]);

  expect(claims.map((claim) => claim?.runId)).toEqual(['20261121T060000Z-3f2a', '20261121T060000Z-3f2a']);
  expect(proxy.requests).toHaveLength(4);
});
