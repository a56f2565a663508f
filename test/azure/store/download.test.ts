import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Container } from '../../../lib/azure/store/container.ts';
import { containerOf } from '../../../lib/azure/store/container.ts';
import { download } from '../../../lib/azure/store/download.ts';
import { readSettings } from '../../../lib/settings.ts';
import { newAzuriteAccount } from '../../support/azurite-account.ts';
import { type BlobProxy, startBlobProxy, type Treatment } from '../../support/blob-proxy.ts';
import { never, newStore, type TestStore } from '../../support/stores.ts';

const content = randomBytes(300_000);
const azurite = await newAzuriteAccount();
let proxy: BlobProxy;
let direct: TestStore;
let container: Container;

beforeAll(async () => {
  proxy = await startBlobProxy(azurite.origin);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
});
beforeEach(async () => {
  direct = newStore(azurite.connectionString);
  await direct.container.create();
  await direct.container.uploadBlockBlob('blob', content, content.length);
  const environment = {
    AzureWebJobsStorage: azurite.connectionStringVia(proxy.origin),
    INVENTORY_CONTAINER: direct.name,
  };
  container = containerOf(readSettings(environment), environment);
});

/** Treats requests in turn, then all as `then`. @returns the number of requests so far */
function treat(treatments: readonly Treatment[], then: Treatment = 'pass'): () => number {
  let requests = 0;
  proxy.treat = () => treatments[requests++] ?? then;
  return () => requests;
}

test('When connections break in the middle of a blob, the download continues where each broke', async () => {
  const requests = treat(['breakOff', 'breakOff', 'cut', 'breakOff']);

  const { body, properties } = await download(container, 'blob', never);

  expect((await buffer(body)).equals(content)).toBe(true);
  expect(properties.contentLength).toBe(content.length);
  expect(requests()).toBe(5);
});

test('When every connection breaks, the error says what to check', async () => {
  treat([], 'breakOff');

  const { body } = await download(container, 'blob', never);

  await expect(buffer(body)).rejects.toMatchObject({
    code: 'StorageUnreachable',
    message: `Cannot read blob in container ${direct.name} of storage account ${azurite.name}: ECONNRESET`,
    hint: expect.stringContaining(proxy.origin),
  });
});

test('A download does not continue in another version of the blob', async () => {
  treat(['breakOff']);
  const { body } = await download(container, 'blob', never);
  await direct.container.uploadBlockBlob('blob', randomBytes(300_000), 300_000);

  await expect(buffer(body)).rejects.toMatchObject({
    code: 'StorageFailed',
    message: expect.stringContaining('412 ConditionNotMet'),
  });
});

test('An aborted download fails with the reason of its signal', async () => {
  treat(['stall']);
  const controller = new AbortController();
  const { body } = await download(container, 'blob', controller.signal);
  const read = buffer(body);
  controller.abort(new Error('enough'));

  await expect(read).rejects.toThrow('enough');
});

test('A small JSON blob is read although its connection breaks', async () => {
  await direct.store.claim.take('20261121T060000Z-3f2a', null, never);
  const environment = {
    AzureWebJobsStorage: azurite.connectionStringVia(proxy.origin),
    INVENTORY_CONTAINER: direct.name,
  };
  const { store } = newStore(environment.AzureWebJobsStorage, direct.name);
  treat(['breakOff']);

  expect((await store.claim.read(never))?.runId).toBe('20261121T060000Z-3f2a');
});
