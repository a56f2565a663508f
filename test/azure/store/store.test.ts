import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect } from 'vitest';
import type { DatabaseFile } from '../../../lib/azure/store/databases.ts';
import type { Latest } from '../../../lib/azure/store/pointers.ts';
import type { Plan } from '../../../lib/inventory/plan.ts';
import { endRun, newRunRecord } from '../../../lib/run/run-record.ts';
import { azuriteKey, connectionStringFor } from '../../support/azurite.ts';
import { allCases } from '../../support/cases.ts';
import { never, newStore } from '../../support/stores.ts';
import { azurite, test } from './store-test.ts';

const runId = '20261121T060000Z-3f2a';
const counts = { subscriptions: 2, virtualMachines: 30, requests: 7 };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(content: string | Buffer): Promise<DatabaseFile> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const path = join(folder, sha256);
  await writeFile(path, content);
  return { path, sizeBytes: Buffer.byteLength(content), sha256 };
}

function latestOf(database: string, more: Partial<Latest> = {}): Latest {
  const sha256 = 'a'.repeat(64);
  return {
    runId,
    seq: 1,
    database,
    sizeBytes: 1,
    sha256,
    publishedAt: '2026-11-21T06:01:00.000Z',
    complete: true,
    previous: null,
    ...more,
  };
}

test('A missing container reads as an inventory before its first run, and the first write creates it', async ({
  direct: { store, container },
}) => {
  const before = [
    await store.latest.read(never),
    await store.runs.list(10, never),
    await store.runs.read(runId, never),
    await store.claim.read(never),
    await store.plans.read(runId, never),
    await store.batches.find({ runId, planHash: 'hash', batch: 0 }, never),
  ];
  const existedBefore = await container.exists();
  const name = await store.databases.write(runId, await fileOf('a database'), never);

  expect(before).toEqual([null, [], null, null, null, null]);
  expect(existedBefore).toBe(false);
  expect(await store.databases.describe(name, never)).toMatchObject({ sizeBytes: 10 });
});

test('Writers of one run record do not lose the changes of the others', async ({ direct: { store } }) => {
  await store.runs.create(newRunRecord(runId, 'timer', null, '2026-11-21T06:00:00.000Z'), never);

  await Promise.all(
    Array.from({ length: 8 }, () =>
      store.runs.update(runId, (run) => ({ ...run, virtualMachineCount: run.virtualMachineCount + 1 }), never),
    ),
  );

  expect((await store.runs.read(runId, never))?.run.virtualMachineCount).toBe(8);
});

test('A run record of a newer version is read without its unknown fields', async ({ direct: { store, container } }) => {
  const run = newRunRecord(runId, 'timer', null, '2026-11-21T06:00:00.000Z');
  await store.runs.create(run, never);
  const newer = JSON.stringify({ ...run, changes: { virtualMachineCreated: 1, somethingNew: 2 }, more: true });
  await container.getBlockBlobClient(`runs/${runId}/run.json`).upload(newer, newer.length);

  expect(await store.runs.list(1, never)).toEqual([{ ...run, changes: { virtualMachineCreated: 1 } }]);
});

test('A change of a run record succeeds although its answer is lost', async ({ proxied: { proxy, store } }) => {
  await store.runs.create(newRunRecord(runId, 'timer', null, '2026-11-21T06:00:00.000Z'), never);
  let lost = 0;
  proxy.treat = (line) => (line.startsWith('PUT') && lost++ === 0 ? 'loseAnswer' : 'pass');

  const ended = await endRun(
    store,
    runId,
    (run) => (run.status === 'running' ? { ...run, status: 'cancelled' } : null),
    never,
  );

  expect(lost).toBeGreaterThan(1);
  expect(ended).toMatchObject({ id: runId, status: 'cancelled' });
});

test('Runs are listed newest first, in pages', async ({ direct: { store } }) => {
  const ids = [1, 2, 3, 4].map((hour) => `20261121T0${hour}0000Z-3f2a`);
  for (const id of ids) await store.runs.create(newRunRecord(id, 'timer', null, '2026-11-21T06:00:00.000Z'), never);
  await store.claim.take(runId, null, never);

  const first = await store.runs.list(2, never);
  const rest = await store.runs.list(10, never, first.at(-1)?.id);

  expect([...first, ...rest].map(({ id }) => id)).toEqual(ids.toReversed());
});

test('A batch that exists for the same plan wins; one of another plan is refused', async ({ direct: { store } }) => {
  const { path } = await fileOf('lines');
  const first = { runId, planHash: 'plan-1', batch: 0 };
  await store.batches.write(first, { path, counts }, never);

  const again = await store.batches.write(first, { path, counts: { ...counts, requests: 99 } }, never);
  const another = store.batches.write({ ...first, planHash: 'plan-2' }, { path, counts }, never);

  expect(again).toEqual(counts);
  expect(await store.batches.find(first, never)).toEqual(counts);
  await expect(another).rejects.toMatchObject({ code: 'BatchOfAnotherPlan' });
});

test('Counts and ages of finished batches are known without reading them', async ({ direct: { store } }) => {
  const { path } = await fileOf('lines');
  const address = { runId, planHash: 'plan-1', batch: 0 };

  const before = [await store.batches.finished(runId, never), await store.batches.ageMs(address, never)];
  await store.batches.write(address, { path, counts }, never);
  await store.batches.write({ ...address, batch: 11 }, { path, counts }, never);

  expect(before).toEqual([{ subscriptions: 0, virtualMachines: 0, requests: 0 }, null]);
  expect(await store.batches.finished(runId, never)).toEqual({
    subscriptions: counts.subscriptions * 2,
    virtualMachines: counts.virtualMachines * 2,
    requests: counts.requests * 2,
  });
  expect(await store.batches.ageMs(address, never)).toBeGreaterThanOrEqual(0);
});

test('A plan on record is never replaced', async ({ direct: { store } }) => {
  const plan: Plan = {
    runId,
    trigger: 'timer',
    startedAt: '2026-11-21T06:00:00.000Z',
    scope: null,
    kinds: ['virtualMachines'],
    clientIds: false,
    subscriptions: [],
    outOfScope: [],
    blindSpots: [],
    blindSpotsKnown: true,
    reason: null,
    principalId: null,
  };

  const first = await store.plans.write(plan, [{ subscriptionIds: ['a'], takenFrom: null }], never);
  const second = await store.plans.write({ ...plan, principalId: 'someone' }, [], never);

  expect(second).toEqual(first);
  expect(await store.plans.read(runId, never)).toEqual(first);
});

test('A database is written once and reads back unchanged', async ({ direct: { store } }) => {
  const content = Buffer.alloc(30_000_000, 'rows and rows of machines, ');
  const file = await fileOf(content);

  const name = await store.databases.write(runId, file, never);
  const again = await store.databases.write(runId, file, never);
  const back = await buffer(await store.databases.read(name, never));

  expect(name).toBe(`databases/${runId}-${file.sha256.slice(0, 8)}.sqlite.zst`);
  expect(again).toBe(name);
  expect(back.equals(content)).toBe(true);
  const other = { ...file, sha256: `${file.sha256.slice(0, 8)}${'0'.repeat(56)}` };
  await expect(store.databases.write(runId, other, never)).rejects.toMatchObject({ code: 'DatabaseNameTaken' });
});

test('An upload succeeds although its answer is lost', async ({ proxied: { proxy, store } }) => {
  let lost = 0;
  proxy.treat = (line) => (line.includes('comp=blocklist') && lost++ === 0 ? 'loseAnswer' : 'pass');
  const file = await fileOf('a database whose upload is not confirmed');
  await store.runs.create(newRunRecord(runId, 'timer', null, '2026-11-21T06:00:00.000Z'), never);

  const name = await store.databases.write(runId, file, never);

  expect(lost).toBeGreaterThan(1);
  expect(await store.databases.describe(name, never)).toMatchObject({ sha256: file.sha256 });
});

test('The pointer moves only for a writer that knows its ETag', async ({ direct: { store } }) => {
  const first = await store.latest.move(latestOf('databases/a'), null, never);
  const found = await store.latest.read(never);
  const etag = found?.etag ?? '';
  const moves = await Promise.all([
    store.latest.move(latestOf('databases/b'), etag, never),
    store.latest.move(latestOf('databases/b'), etag, never),
    store.latest.move(latestOf('databases/b'), null, never),
  ]);

  expect(first).toBe(true);
  expect(found?.latest.database).toBe('databases/a');
  expect(moves.filter((moved) => moved)).toHaveLength(1);
});

test('A latest.json that is not ours is refused by name', async ({ direct: { store, container } }) => {
  await container.create();
  await container.getBlockBlobClient('latest.json').upload('{"runId":"x"}', 13);

  await expect(store.latest.read(never)).rejects.toMatchObject({
    code: 'StoredJsonUnreadable',
    message: expect.stringContaining('latest.json'),
  });
});

test('A latest.json with a byte order mark before it is read', async ({ direct: { store, container } }) => {
  await container.create();
  const marked = Buffer.from(`\uFEFF${JSON.stringify(latestOf('databases/a'))}`);
  await container.getBlockBlobClient('latest.json').upload(marked, marked.length);

  expect((await store.latest.read(never))?.latest.database).toBe('databases/a');
});

test('Pruning keeps the ten newest databases, the two that latest.json names, and those of the last day', async ({
  direct: { store },
}) => {
  const names: string[] = [];
  for (let day = 10; day < 24; day++) {
    names.push(await store.databases.write(`202611${day}T060000Z-3f2a`, await fileOf(`day ${day}`), never));
  }
  const latest = latestOf(names[13] ?? '', { previous: { database: names[1] ?? '', sha256: 'b'.repeat(64) } });
  const today = new Date();
  const later = new Date(today.getTime() + 25 * 60 * 60 * 1000);

  const removedToday = await store.databases.prune(latest, today, never);
  const removedLater = await store.databases.prune(latest, later, never);

  expect(removedToday).toEqual([]);
  expect(removedLater.toSorted()).toEqual([names[0], names[2], names[3]]);
  expect(await store.databases.describe(names[1] ?? '', never)).not.toBeNull();
});

test('Pruning lists only as many databases as it needs to find the old ones', async ({
  proxied: { proxy, store, container },
}) => {
  const names = Array.from(
    { length: 230 },
    (_, number) => `databases/20261121T${String(number).padStart(6, '0')}Z-3f2a`,
  );
  await container.create();
  await Promise.all(names.map((name) => container.uploadBlockBlob(name, 'x', 1)));
  const lists = (): number => proxy.requests.filter((line) => line.includes('comp=list')).length;
  const today = new Date();
  const later = new Date(today.getTime() + 25 * 60 * 60 * 1000);

  const removedToday = await store.databases.prune(latestOf(names[229] ?? ''), today, never);
  const listedToday = lists();
  const removedLater = await store.databases.prune(latestOf(names[229] ?? ''), later, never);

  expect([removedToday, listedToday]).toEqual([[], 1]);
  expect(removedLater).toEqual(names.slice(0, 220));
  expect(lists()).toBe(listedToday + 3);
});

test('Without an identity there is no link', async ({ direct: { store } }) => {
  expect(await store.databases.url('databases/x', never)).toBeNull();
});

test('A refused account key is reported and shown nowhere', async () => {
  const key = Buffer.from('not the key').toString('base64');
  const { store } = newStore(connectionStringFor(azurite.origin, azurite.name, key));

  const failure = await store.latest.read(never).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'StorageDenied', hint: expect.stringContaining('connection string') });
  expect(`${failure} ${JSON.stringify(failure)} ${(failure as Error).stack}`).not.toContain(key);
  expect((failure as Error).cause).toBeUndefined();
});

test.for([
  [403, 'AuthorizationPermissionMismatch', 'StorageDenied'],
  [404, 'ResourceNotFound', 'StorageNotFound'],
  [503, 'ServerBusy', 'StorageUnavailable'],
] as const)(
  'An answer of %i %s is %s',
  { timeout: 20_000 },
  async ([status, code, expected], { proxied: { proxy, store } }) => {
    proxy.treat = () => ({ status, code });

    const failure = await store.claim.take(runId, null, never).catch((error: unknown) => error);

    expect(failure).toMatchObject({ code: expected, message: expect.stringContaining(`${status} ${code}`) });
    expect(JSON.stringify(failure)).not.toContain(azuriteKey);
  },
);

test('A 404 that names neither the blob nor the container does not pass for an empty store', async ({
  proxied: { proxy, store },
}) => {
  proxy.treat = () => ({ status: 404, code: 'ResourceNotFound' });
  const address = { runId, planHash: 'hash', batch: 0 };

  const readings = await Promise.allSettled([
    store.latest.read(never),
    store.runs.read(runId, never),
    store.batches.find(address, never),
    store.databases.describe('databases/x', never),
  ]);

  const codes = readings.map((one) => (one.status === 'rejected' ? one.reason.code : one.status));
  expect(codes).toEqual(readings.map(() => 'StorageNotFound'));
});

test('The store retries through a burst of 503', async ({ proxied: { proxy, store } }) => {
  let refused = 0;
  proxy.treat = () => (refused++ < 2 ? { status: 503, code: 'ServerBusy' } : 'pass');

  expect(await store.latest.read(never)).toBeNull();
  expect(refused).toBe(3);
});

test.runIf(allCases)(
  'When storage cannot be reached, the error says what to check',
  async () => {
    const { store } = newStore(connectionStringFor('http://127.0.0.1:1'));

    await expect(store.latest.read(never)).rejects.toMatchObject({
      code: 'StorageUnreachable',
      hint: expect.stringContaining('127.0.0.1:1'),
    });
  },
  20_000,
);

test('An aborted call fails with the reason of its signal', async ({ proxied: { proxy, store } }) => {
  const controller = new AbortController();
  proxy.treat = () => {
    controller.abort(new Error('enough'));
    return new Promise(() => undefined);
  };

  await expect(store.latest.read(controller.signal)).rejects.toThrow('enough');
});

test('An aborted upload ends at once, even while storage does not answer', async ({ proxied: { proxy, store } }) => {
  const controller = new AbortController();
  proxy.treat = (line) => {
    if (!line.includes('comp=block')) return 'pass';
    controller.abort(new Error('enough'));
    return new Promise(() => undefined);
  };

  const writing = store.databases.write(runId, await fileOf('a database'), controller.signal);

  await expect(writing).rejects.toThrow('enough');
});
