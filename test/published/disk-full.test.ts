import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { collectBatch } from '../../lib/collect/batch/collect-batch.ts';
import type { Reason } from '../../lib/errors.ts';
import { fetchDatabase } from '../../lib/published/database-file.ts';
import { createDatabaseReader } from '../../lib/published/database-reader.ts';
import { absentArm } from '../support/absent-arm.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { startBlobProxy, type Treatment } from '../support/blob-proxy.ts';
import { collectRun, publish } from '../support/published-runs.ts';
import { machine } from '../support/readings.ts';
import { fillDisk, mountSmallDisk } from '../support/small-disk.ts';
import { never, newStore, type TestStore } from '../support/stores.ts';

/** A device on which every write fails with ENOSPC, like a full disk. */
const fullDevice = '/dev/full';
const tooFew = { code: 'DiskFull', hint: expect.stringContaining('INVENTORY_RETENTION_DAYS') };
const azurite = await newAzuriteAccount();
let folder: string;
let target: TestStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'full-'));
  target = newStore(azurite.connectionString);
  return () => rm(folder, { recursive: true });
});

async function publishDay(day: number, ...names: string[]): Promise<void> {
  const machines = names.map((name) => machine(name));
  await publish(target.store, join(folder, 'work'), await collectRun(target.store, folder, day, machines));
}

async function latestDatabase() {
  const found = await target.store.latest.read(never);
  if (found === null) throw new Error('nothing is published');
  return found.latest;
}

describe('a disk that is full', () => {
  test('while a database is downloaded is named, and no file is left', async () => {
    await publishDay(20, 'a');
    const path = join(folder, 'open', 'newest.sqlite');
    await mkdir(join(folder, 'open'));
    await symlink(fullDevice, path);

    const download = fetchDatabase(target.store, await latestDatabase(), path, never);

    await expect(download).rejects.toMatchObject({ ...tooFew, message: expect.stringContaining(join(folder, 'open')) });
    expect(await readdir(join(folder, 'open'))).toEqual([]);
  });

  test('keeps readers on the open database, which is not complete, warns, and serves the newest once there is room', async () => {
    await publishDay(20, 'a');
    const open = join(folder, 'open');
    const warnings: Reason[] = [];
    const reader = createDatabaseReader(target.store, open, (reason) => warnings.push(reason));
    const first = await reader.current(never);
    first[Symbol.dispose]();
    await publishDay(21, 'a', 'b');
    const { runId } = await latestDatabase();
    // Blocks the path of the next download.
    await symlink(fullDevice, join(open, `${runId}-${process.pid}-2.sqlite`));

    reader.expire();
    const during = await reader.current(never);
    during[Symbol.dispose]();
    reader.expire();
    const after = await reader.current(never);
    after[Symbol.dispose]();

    expect([during.latest.seq, during.damaged]).toEqual([1, true]);
    expect(warnings).toMatchObject([{ code: 'DiskFull' }]);
    expect([after.latest.seq, after.damaged]).toEqual([2, false]);
    await expect.poll(() => readdir(open)).toEqual([`${runId}-${process.pid}-3.sqlite`]);
    await reader.close();
  });
});

test('An inventory that cannot fit is refused before anything is read or written', async () => {
  const collected = await collectRun(target.store, folder, 20, [machine('a')]);
  await using proxy = await startBlobProxy(azurite.origin);
  const { store } = newStore(azurite.connectionStringVia(proxy.origin), target.name);

  const publication = publish(store, join(folder, 'work'), collected, { machines: 1e12 });

  await expect(publication).rejects.toMatchObject({
    code: 'DatabaseTooLarge',
    message: expect.stringContaining('1000000000000 machines'),
  });
  expect(proxy.requests.filter((line) => /databases|batches/.test(line))).toEqual([]);
  expect(await readdir(join(folder, 'work'))).toEqual([]);
});

const disk = mountSmallDisk('24m');
afterAll(() => disk.unmount());

describe.skipIf(disk.path === null)(`a small disk of its own${disk.whyNot}`, () => {
  const work = join(disk.path ?? '', 'work');

  test.each([
    ['the newest database is downloaded', '/databases/'],
    ['batches are merged', '/batches/'],
  ])('that others fill while %s stops the publication; with room, it continues', async (_when, fillsAt) => {
    await publishDay(20, 'a');
    const before = await latestDatabase();
    const names = Array.from({ length: 2_000 }, (_, index) => machine(`machine-${index}`));
    const collected = await collectRun(target.store, folder, 21, names);
    await using proxy = await startBlobProxy(azurite.origin);
    const { store } = newStore(azurite.connectionStringVia(proxy.origin), target.name);
    let fill: Disposable | null = null;
    proxy.treat = (line): Treatment => {
      if (line.startsWith('GET') && line.includes(fillsAt)) fill ??= fillDisk(disk.path ?? '');
      return 'pass';
    };

    const failure = await publish(store, work, collected).catch((error: unknown) => error);
    const left = await readdir(work);
    const during = await latestDatabase();
    proxy.treat = () => 'pass';
    (fill as Disposable | null)?.[Symbol.dispose]();
    const run = await publish(store, work, collected);

    expect(failure).toMatchObject(tooFew);
    expect(left).toEqual([]);
    expect(during).toEqual(before);
    expect(run).toMatchObject({ status: 'succeeded', virtualMachineCount: 2_000 });
  });

  test('that is full when a batch is written is named, and no batch is stored', async () => {
    const { recorded } = await collectRun(target.store, folder, 20, []);
    const another = { ...recorded, batches: [{ subscriptionIds: [], takenFrom: null }], hash: 'another' };
    const address = { runId: recorded.plan.runId, planHash: recorded.hash, batch: 0 };
    await target.container.deleteBlob(`runs/${address.runId}/batches/0.ndjson.zst`);
    await mkdir(work, { recursive: true });
    using _fill = fillDisk(disk.path ?? '');

    const collected = collectBatch({
      store: target.store,
      arm: absentArm,
      recorded: another,
      batch: 0,
      folder: work,
      signal: never,
      onProgress: () => undefined,
    });

    await expect(collected).rejects.toMatchObject(tooFew);
    expect(await target.store.batches.find(address, never)).toBeNull();
    expect(await readdir(work)).toEqual([]);
  });
});
