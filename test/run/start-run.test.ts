import { beforeEach, expect, test } from 'vitest';
import type { Run } from '../../lib/inventory/run.ts';
import { newRunRecord } from '../../lib/run/run-record.ts';
import { type RunStart, startRun } from '../../lib/run/start-run.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { startBlobProxy, type Treatment } from '../support/blob-proxy.ts';
import { never, newStore, type TestStore } from '../support/stores.ts';

const azurite = await newAzuriteAccount();
let target: TestStore;
let ended: Run[];

beforeEach(() => {
  target = newStore(azurite.connectionString);
  ended = [];
});

/** Starts a run that nothing drives. */
function start(more: Partial<RunStart>): Promise<Run> {
  const common = { store: target.store, trigger: 'http', scope: null, timeoutMinutes: 60 } as const;
  const drive = async () => null;
  return startRun(
    { ...common, drive, publishedRun: async () => null, ended: async (run) => void ended.push(run), ...more },
    never,
  );
}

test('A start with the id of another start in the same second takes another id', async () => {
  const { runs } = target.store;
  const ids: string[] = [];
  const create = async (run: Run): Promise<void> => {
    if (ids.push(run.id) === 1) await runs.create({ ...run, trigger: 'timer' }, never);
    await runs.create(run, never);
  };

  const run = await start({ store: { ...target.store, runs: { ...runs, create } } });

  expect(ids).toHaveLength(2);
  expect(run.id).toBe(ids[1]);
  expect((await runs.read(ids[0] ?? '', never))?.run.trigger).toBe('timer');
});

test('A record whose start was killed before it could run is ended by the next start, once it is old enough', async () => {
  const { runs } = target.store;
  const left = newRunRecord('20261120T060000Z-1ef7', 'timer', null, '2026-11-20T06:00:00.000Z');
  await runs.create(left, never);
  const first = await start({});
  const young = await runs.read(left.id, never);
  await runs.update(first.id, (run) => ({ ...run, status: 'cancelled' }), never);
  // Storage gives the age of a record in whole seconds.
  await expect.poll(async () => (await runs.read(left.id, never))?.ageMs, { timeout: 5_000 }).toBeGreaterThan(0);

  await start({ timeoutMinutes: 0.0001 });

  expect(young?.run.status).toBe('running');
  expect(ended).toMatchObject([{ id: left.id, status: 'timedOut' }]);
  expect((await runs.read(left.id, never))?.run).toEqual(ended[0]);
});

test('A lease on running.json is reported by name, not as another start, and leaves no record', async () => {
  const { runs } = target.store;
  const first = await start({});
  await runs.update(first.id, (run) => ({ ...run, status: 'cancelled' }), never);
  await target.container.getBlobClient('runs/running.json').getBlobLeaseClient().acquireLease(-1);

  await expect(start({})).rejects.toMatchObject({
    code: 'LeaseIdMissing',
    message: expect.stringContaining('runs/running.json'),
    hint: expect.stringContaining('az storage blob lease break'),
  });

  expect((await runs.list(10, never)).map(({ id }) => id)).toEqual([first.id]);
});

/** A container whose policy lets blobs be made, but not changed or removed. */
async function writeOnce(): Promise<Disposable & { readonly store: TestStore['store'] }> {
  const proxy = await startBlobProxy(azurite.origin);
  const { store, container } = newStore(azurite.connectionStringVia(proxy.origin), target.name);
  proxy.treat = async (line): Promise<Treatment> => {
    if (!/^(PUT|DELETE) /.test(line) || line.includes('restype=container')) return 'pass';
    const name = new URL(line.split(' ')[1] ?? '', proxy.origin).pathname.slice(
      new URL(container.url).pathname.length + 1,
    );
    const exists = await target.container.getBlobClient(decodeURIComponent(name)).exists();
    return exists ? { status: 409, code: 'BlobImmutableDueToPolicy' } : 'pass';
  };
  return { store, [Symbol.dispose]: () => void proxy[Symbol.asyncDispose]() };
}

test('In a write-once container, a start fails with what it could not do first', async () => {
  const first = await start({});
  await target.store.runs.update(first.id, (run) => ({ ...run, status: 'cancelled' }), never);
  using container = await writeOnce();

  await expect(start({ store: container.store })).rejects.toMatchObject({
    code: 'BlobImmutableDueToPolicy',
    message: expect.stringContaining('Cannot write runs/running.json'),
  });
});

test('In a write-once container, a run that cannot be driven says why', async () => {
  using container = await writeOnce();
  const drive = async () => {
    throw new Error('no engine');
  };

  await expect(start({ store: container.store, drive })).rejects.toThrow('no engine');

  expect(ended).toEqual([]);
});
