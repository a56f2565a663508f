import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventTypes, stamp } from '../../local/host/durable/history.ts';
import { openHistoryStore } from '../../local/host/durable/history-store.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { type BlobProxy, startBlobProxy } from '../support/blob-proxy.ts';

const azurite = await newAzuriteAccount();
let proxy: BlobProxy;
beforeAll(async () => {
  proxy = await startBlobProxy(azurite.origin);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
});

const begun = [{ ...stamp(new Date()), EventType: eventTypes.OrchestratorStarted }];

test('a request that storage never answers is repeated and then fails', async () => {
  await openHistoryStore(azurite.connectionString, 'quiet').create('one', null, begun);
  const store = openHistoryStore(azurite.connectionStringVia(proxy.origin), 'quiet', 200);
  let request = 0;

  proxy.treat = () => (request++ === 0 ? 'hold' : 'pass');
  const read = await store.load('one');
  proxy.treat = () => 'hold';
  const failed = store.load('one');

  expect(read?.history).toEqual(begun);
  await expect(failed).rejects.toMatchObject({ name: 'RestError', code: 'ETIMEDOUT' });
});

test('a history that breaks off in the middle fails the request', async () => {
  await openHistoryStore(azurite.connectionString, 'stalling').create('one', null, begun);
  const store = openHistoryStore(azurite.connectionStringVia(proxy.origin), 'stalling', 200);

  proxy.treat = () => 'stall';

  await expect(store.load('one')).rejects.toThrow();
});

test('a history whose beginning storage disturbs is there, or its creation fails', async () => {
  const seen = openHistoryStore(azurite.connectionString, 'begun');
  const store = openHistoryStore(azurite.connectionStringVia(proxy.origin), 'begun', 200);
  await seen.create('first', null, begun);

  const lost: string[] = [];
  for (const treatment of ['breakOff', 'loseAnswer', 'cut', { status: 409, code: 'Conflict' }] as const) {
    for (let disturbed = 0; disturbed < 4; disturbed++) {
      const id = `${JSON.stringify(treatment)} ${disturbed}`;
      let request = 0;
      proxy.treat = () => (request++ === disturbed ? treatment : 'pass');
      const created = await store.create(id, null, begun).then(
        () => true,
        () => false,
      );
      if (created && (await seen.load(id))?.history.length !== begun.length) lost.push(id);
    }
  }

  expect(lost).toEqual([]);
});
