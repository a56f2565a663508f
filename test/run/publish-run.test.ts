import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Latest } from '../../lib/azure/store/pointers.ts';
import { resolveAsOf } from '../../lib/database/queries/as-of.ts';
import { iterateVirtualMachines } from '../../lib/database/queries/machines/virtual-machines.ts';
import { createDatabaseReader } from '../../lib/published/database-reader.ts';
import { cancelRun } from '../../lib/run/run-record.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { startBlobProxy, type Treatment } from '../support/blob-proxy.ts';
import { collectRun, publish } from '../support/published-runs.ts';
import { machine } from '../support/readings.ts';
import { never, neverWarned, newStore, type TestStore } from '../support/stores.ts';

const pointer = '/latest.json';
const azurite = await newAzuriteAccount();
let folder: string;
let work: string;
let test1: TestStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-'));
  work = join(folder, 'work');
  test1 = newStore(azurite.connectionString);
  return () => rm(folder, { recursive: true });
});

/** Names of the machines in the newest database. */
async function publishedNames({ store }: TestStore): Promise<string[]> {
  const reader = createDatabaseReader(store, join(folder, 'reader'), neverWarned);
  const { database } = await reader.current(never);
  const names = [...iterateVirtualMachines(database, resolveAsOf(database, null), {})].map(({ name }) => name);
  await reader.close();
  return names.toSorted();
}

async function latestOf({ store }: TestStore): Promise<Latest> {
  const found = await store.latest.read(never);
  if (found === null) throw new Error('nothing is published');
  return found.latest;
}

test('A first run is published: database and pointer', async () => {
  const { store } = test1;
  const collected = await collectRun(store, folder, 20, [machine('a'), machine('b')]);

  const run = await publish(store, work, collected);

  expect(run).toMatchObject({ status: 'succeeded', complete: true, virtualMachineCount: 2 });
  expect(await latestOf(test1)).toMatchObject({ runId: run.id, seq: 1, complete: true, previous: null });
  expect(await publishedNames(test1)).toEqual(['a', 'b']);
  expect(await readdir(work)).toEqual([]);
});

test('The next run continues from the newest database, and names it as the previous one', async () => {
  const { store } = test1;
  await publish(store, work, await collectRun(store, folder, 20, [machine('a'), machine('b')]));
  const before = await latestOf(test1);

  const run = await publish(store, work, await collectRun(store, folder, 21, [machine('b'), machine('c')]));

  expect(run.changes).toEqual({ virtualMachineCreated: 1, virtualMachineDeleted: 1 });
  expect(await latestOf(test1)).toMatchObject({
    runId: run.id,
    seq: 2,
    previous: { database: before.database, sha256: before.sha256 },
  });
  expect(await publishedNames(test1)).toEqual(['b', 'c']);
});

test('A run that is published already is not merged again, and nothing moves', async () => {
  const { store } = test1;
  const collected = await collectRun(store, folder, 20, [machine('a')]);
  const first = await publish(store, work, collected);
  const before = await latestOf(test1);

  const second = await publish(store, work, collected);

  expect(second).toMatchObject({ id: first.id, virtualMachineCount: 1, changes: first.changes });
  expect(await latestOf(test1)).toEqual(before);
});

test('When the pointer moves under a publish, it starts again from there and neither run is lost', async () => {
  const { store, name } = test1;
  await publish(store, work, await collectRun(store, folder, 20, [machine('a')]));
  const slow = await collectRun(store, folder, 21, [machine('a'), machine('b')]);
  const quick = await collectRun(store, folder, 22, [machine('a'), machine('b'), machine('c')]);
  await using proxy = await startBlobProxy(azurite.origin);
  let writes = 0;
  proxy.treat = async (line): Promise<Treatment> => {
    if (line.startsWith('PUT') && line.includes(pointer) && writes++ === 0)
      await publish(store, join(folder, 'q'), quick);
    return 'pass';
  };

  await publish(newStore(azurite.connectionStringVia(proxy.origin), name).store, work, slow);

  const latest = await latestOf(test1);
  expect(writes).toBe(2);
  expect(latest).toMatchObject({ runId: slow.recorded.plan.runId, seq: 3 });
  expect(await publishedNames(test1)).toEqual(['a', 'b', 'c']);
});

test('A move of the pointer whose response was lost publishes once', async () => {
  const { store, name } = test1;
  const collected = await collectRun(store, folder, 20, [machine('a')]);
  await using proxy = await startBlobProxy(azurite.origin);
  let writes = 0;
  proxy.treat = (line) => (line.startsWith('PUT') && line.includes(pointer) && writes++ === 0 ? 'loseAnswer' : 'pass');

  const run = await publish(newStore(azurite.connectionStringVia(proxy.origin), name).store, work, collected);

  expect(run.virtualMachineCount).toBe(1);
  expect(await latestOf(test1)).toMatchObject({ runId: run.id, seq: 1, previous: null });
});

test('A run that is cancelled just before publication is not published', async () => {
  const { store, name } = test1;
  await publish(store, work, await collectRun(store, folder, 20, [machine('a')]));
  const before = await latestOf(test1);
  const collected = await collectRun(store, folder, 21, [machine('b')]);
  await using proxy = await startBlobProxy(azurite.origin);
  proxy.treat = async (line): Promise<Treatment> => {
    if (line.includes('comp=blocklist')) await cancelRun(store, collected.recorded.plan.runId, never);
    return 'pass';
  };

  const publication = publish(newStore(azurite.connectionStringVia(proxy.origin), name).store, work, collected);

  await expect(publication).rejects.toMatchObject({ code: 'RunEnded', run: { status: 'cancelled' } });
  expect(await latestOf(test1)).toEqual(before);
  expect(await readdir(work)).toEqual([]);
});

/** Replaces a blob by something else, as a broken disk or a careless hand would. */
async function spoil({ container }: TestStore, name: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const blob = container.getBlockBlobClient(name);
  const bytes = change(await blob.downloadToBuffer());
  await blob.upload(bytes, bytes.length);
}

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['something else', () => Buffer.from('no database')],
  ['empty', () => Buffer.alloc(0)],
])('On a newest database that is %s, publish stops, says what to do, and moves nothing', async (_how, change) => {
  const { store } = test1;
  await publish(store, work, await collectRun(store, folder, 20, [machine('a')]));
  await publish(store, work, await collectRun(store, folder, 21, [machine('a'), machine('b')]));
  const before = await latestOf(test1);
  await spoil(test1, before.database, change);

  const failure = await publish(store, work, await collectRun(store, folder, 22, [])).catch((error: unknown) => error);

  expect(failure).toMatchObject({
    code: 'DatabaseDamaged',
    message: expect.stringContaining(before.database),
    hint: expect.stringContaining(before.previous?.database ?? '?'),
  });
  expect(await latestOf(test1)).toEqual(before);
  expect(await readdir(work)).toEqual([]);
});

test('On a newest database with another sha256 than published, publish stops', async () => {
  const { store } = test1;
  await publish(store, work, await collectRun(store, folder, 20, [machine('a')]));
  const found = await store.latest.read(never);
  await store.latest.move({ ...(await latestOf(test1)), sha256: 'c'.repeat(64) }, found?.etag ?? null, never);

  const publication = publish(store, work, await collectRun(store, folder, 21, [machine('b')]));

  await expect(publication).rejects.toMatchObject({
    code: 'DatabaseDamaged',
    message: expect.stringContaining('sha256'),
  });
});

test('A database that does not fit is refused before anything is written', async () => {
  const { store } = test1;
  await publish(store, work, await collectRun(store, folder, 20, [machine('a')]));
  const found = await store.latest.read(never);
  await store.latest.move({ ...(await latestOf(test1)), sizeBytes: 1e15 }, found?.etag ?? null, never);
  await using proxy = await startBlobProxy(azurite.origin);

  const publication = publish(
    newStore(azurite.connectionStringVia(proxy.origin), test1.name).store,
    work,
    await collectRun(store, folder, 21, [machine('b')]),
  );

  await expect(publication).rejects.toMatchObject({ code: 'DatabaseTooLarge' });
  expect(proxy.requests.filter((line) => line.includes('/databases/'))).toEqual([]);
  expect(await readdir(work)).toEqual([]);
});

test('A batch that is missing stops the publication', async () => {
  const { store, container } = test1;
  const collected = await collectRun(store, folder, 20, [machine('a')]);
  await container.deleteBlob(`runs/${collected.recorded.plan.runId}/batches/0.ndjson.zst`);

  await expect(publish(store, work, collected)).rejects.toMatchObject({ code: 'BatchMissing' });
  expect(await store.latest.read(never)).toBeNull();
});
