import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { keptLastRun, publishedInventory } from '../../functions/http-context.ts';
import type { InventoryStore } from '../../lib/azure/store/open-store.ts';
import { InventoryError } from '../../lib/errors.ts';
import { createDatabaseReader, type DatabaseReader } from '../../lib/published/database-reader.ts';
import { servedInventory } from '../http/fixtures/served-inventory.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { collectRun, publish } from '../support/published-runs.ts';
import { machine } from '../support/readings.ts';
import { never, newStore, type TestStore } from '../support/stores.ts';

const azurite = await newAzuriteAccount();
let folder: string;
let target: TestStore;
/** Makes links, which Azurite's account key cannot. */
let store: InventoryStore;
let reader: DatabaseReader;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'published-'));
  target = newStore(azurite.connectionString);
  store = {
    ...target.store,
    databases: { ...target.store.databases, url: async (name) => `https://account.blob.example/${name}?sig=1` },
  };
  reader = createDatabaseReader(store, join(folder, 'open'), () => undefined);
  return async () => {
    await reader.close();
    await rm(folder, { recursive: true });
  };
});

async function publishDay(day: number, ...names: string[]): Promise<string> {
  const machines = names.map((name) => machine(name));
  await publish(store, join(folder, 'work'), await collectRun(store, folder, day, machines));
  return (await store.latest.read(never))?.latest.database ?? '';
}

async function download(of: DatabaseReader = reader): Promise<Response> {
  using served = servedInventory();
  return served.send('database', {}, { ...served.context, ...publishedInventory(store, of, keptLastRun(store)) });
}

test('The database is a link to the newest', async () => {
  await publishDay(20, 'a');
  const newest = await publishDay(21, 'a', 'b');

  const answer = await download();

  expect(answer.status).toBe(307);
  expect(answer.headers.get('location')).toBe(`https://account.blob.example/${newest}?sig=1`);
});

test('No link leads to a damaged database: the one before is served, marked as incomplete', async () => {
  await publishDay(20, 'a');
  const newest = await publishDay(21, 'a', 'b');
  await target.container.getBlockBlobClient(newest).upload('damaged', 7);

  const answer = await download();

  expect([answer.status, answer.headers.get('location')]).toEqual([200, null]);
  expect(answer.headers.get('x-inventory-complete')).toBe('false');
  expect(answer.headers.get('x-inventory-run-id')).toBe('20261120T060000Z-0000');
  expect((await answer.text()).slice(0, 15)).toBe('SQLite format 3');
});

test('A database too large for the temporary folder is still a link', async () => {
  const newest = await publishDay(20, 'a');
  const full = async (): Promise<never> => {
    throw new InventoryError('DatabaseTooLarge', 'The database has 9 bytes, and 1 are free in the temporary folder');
  };

  const answer = await download({ ...reader, current: full });

  expect(answer.headers.get('location')).toBe(`https://account.blob.example/${newest}?sig=1`);
});
