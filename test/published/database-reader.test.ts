import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { openForWriting } from '../../lib/database/database.ts';
import { listRuns } from '../../lib/database/queries/runs.ts';
import type { Reason } from '../../lib/errors.ts';
import { describeFile } from '../../lib/published/database-file.ts';
import type { CurrentDatabase } from '../../lib/published/database-reader.ts';
import { createDatabaseReader, type DatabaseReader } from '../../lib/published/database-reader.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { type BlobProxy, startBlobProxy } from '../support/blob-proxy.ts';
import { allCases } from '../support/cases.ts';
import { collectRun, publish } from '../support/published-runs.ts';
import { machine } from '../support/readings.ts';
import { never, newStore, type TestStore } from '../support/stores.ts';

const azurite = await newAzuriteAccount();
let folder: string;
let direct: TestStore;
let proxy: BlobProxy;
let reader: DatabaseReader;
let warnings: Reason[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reader-'));
  direct = newStore(azurite.connectionString);
  proxy = await startBlobProxy(azurite.origin);
  warnings = [];
  reader = createDatabaseReader(
    newStore(azurite.connectionStringVia(proxy.origin), direct.name).store,
    join(folder, 'open'),
    (reason) => warnings.push(reason),
  );
  return async () => {
    await reader.close();
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

async function publishDay(day: number, ...names: string[]): Promise<void> {
  const machines = names.map((name) => machine(name));
  await publish(direct.store, join(folder, 'work'), await collectRun(direct.store, folder, day, machines));
}

const runsIn = ({ database }: CurrentDatabase): number => listRuns(database).length;
const downloads = (): number =>
  proxy.requests.filter((line) => line.startsWith('GET') && line.includes('/databases/')).length;

test('Before the first publication the error says how to start a run', async () => {
  await expect(reader.current(never)).rejects.toMatchObject({
    code: 'InventoryNotReady',
    hint: expect.stringContaining('first run'),
  });
});

test('Many callers at once share one download', async () => {
  await publishDay(20, 'a');

  const leases = await Promise.all(Array.from({ length: 200 }, () => reader.current(never)));

  expect(downloads()).toBe(1);
  expect(new Set(leases.map(({ database }) => database)).size).toBe(1);
  expect(leases[0]).toMatchObject({ damaged: false, latest: { seq: 1 } });
});

test('A caller that gives up does not affect the others', async () => {
  await publishDay(20, 'a');
  const impatient = new AbortController();

  const gone = reader.current(impatient.signal);
  const stays = reader.current(never);
  impatient.abort(new Error('gone'));

  await expect(gone).rejects.toThrow('gone');
  expect(runsIn(await stays)).toBe(1);
});

test('A newer publication is served on the next request, and the older file stays until its last user is done', async () => {
  await publishDay(20, 'a');
  const first = await reader.current(never);
  const second = await reader.current(never);
  await publishDay(21, 'a', 'b');

  reader.expire();
  const newer = await reader.current(never);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  const stillReadable = runsIn(second);
  second[Symbol.dispose]();

  expect([stillReadable, runsIn(newer)]).toEqual([1, 2]);
  expect(newer.etag).not.toBe(second.etag);
  expect(() => runsIn(second)).toThrow();
  await expect.poll(() => existsSync(second.path)).toBe(false);
});

test('The pointer is not read again within a few seconds', async () => {
  await publishDay(20, 'a');
  await reader.current(never);
  const asked = proxy.requests.length;

  await reader.current(never);

  expect(proxy.requests).toHaveLength(asked);
});

test('While storage is down, the open database keeps serving', async () => {
  await publishDay(20, 'a');
  await reader.current(never);
  proxy.treat = () => ({ status: 403, code: 'AuthorizationFailure' });

  reader.expire();
  const current = await reader.current(never);

  expect(runsIn(current)).toBe(1);
  expect(current.damaged).toBe(false);
});

test('A step of a run fails when it is unknown which publication is the newest', async () => {
  await publishDay(20, 'a');
  await reader.current(never);
  proxy.treat = () => ({ status: 403, code: 'AuthorizationFailure' });

  await expect(reader.newest(never)).rejects.toMatchObject({ code: 'StorageDenied' });
});

test.runIf(allCases)('Storage that hangs delays answers once, and not again while it still hangs', async () => {
  await publishDay(20, 'a');
  await reader.current(never);
  proxy.treat = () => 'hold';
  const asked = proxy.requests.length;

  reader.expire();
  const answers = [await reader.current(never), await reader.current(never), await reader.current(never)];

  expect(answers.map(runsIn)).toEqual([1, 1, 1]);
  expect(proxy.requests).toHaveLength(asked + 1);
});

test('A look at the pointer before a publication does not count as the newest after it', async () => {
  await publishDay(20, 'a');
  const slow = Promise.withResolvers<'pass'>();
  const looking = Promise.withResolvers<void>();
  proxy.treat = (line) => {
    if (!line.includes('/databases/')) return 'pass';
    looking.resolve();
    proxy.treat = () => 'pass';
    return slow.promise;
  };
  const early = reader.current(never);
  await looking.promise;
  await publishDay(21, 'a', 'b');

  const newest = await reader.newest(never);
  slow.resolve('pass');
  const late = await early;

  expect([runsIn(newest), runsIn(late), runsIn(await reader.current(never))]).toEqual([2, 2, 2]);
  await expect.poll(() => readdir(join(folder, 'open'))).toEqual([basename(newest.path)]);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['empty', () => Buffer.alloc(0)],
  ['no database', () => Buffer.from('damaged')],
  ['cut off near its beginning', (bytes) => bytes.subarray(0, 20)],
  ['cut off in its middle', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['without its last byte', (bytes) => bytes.subarray(0, -1)],
  ['wrong in one byte', (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte)))],
  ['whole, with another sha256', (bytes) => zstdCompressSync(changed(zstdDecompressSync(bytes)))],
])('When the newest database is %s, the previous one is served as damaged', async (_what, damage) => {
  await publishDay(20, 'a');
  await publishDay(21, 'a', 'b');
  const found = await direct.store.latest.read(never);
  const blob = direct.container.getBlockBlobClient(found?.latest.database ?? '');
  const bytes = Buffer.from(damage(await blob.downloadToBuffer()));
  await blob.upload(bytes, bytes.length);

  const current = await reader.current(never);

  expect(current).toMatchObject({ damaged: true, latest: { seq: 2 } });
  expect(runsIn(current)).toBe(1);
  expect(await readdir(join(folder, 'open'))).toEqual([basename(current.path)]);
});

/** Of the same length, and still a database. */
function changed(raw: Buffer): Buffer {
  // The change counter in the header, which no reader checks.
  raw.writeUInt32BE(raw.readUInt32BE(24) + 1, 24);
  return raw;
}

test('When neither can be used, the error says so, and no file is left', async () => {
  await publishDay(20, 'a');
  const found = await direct.store.latest.read(never);
  await direct.container.deleteBlob(found?.latest.database ?? '');

  await expect(reader.current(never)).rejects.toMatchObject({
    code: 'DatabaseDamaged',
    message: expect.stringContaining('does not exist'),
  });
  expect(await readdir(join(folder, 'open'))).toEqual([]);
});

test('A damaged publication makes the open database count as damaged when the previous one is gone too', async () => {
  await publishDay(20, 'a');
  await reader.current(never);
  await publishDay(21, 'a', 'b');
  const found = await direct.store.latest.read(never);
  await direct.container.deleteBlob(found?.latest.database ?? '');
  await direct.container.deleteBlob(found?.latest.previous?.database ?? '');

  reader.expire();

  expect(await reader.current(never)).toMatchObject({ damaged: true });
});

/** Publishes a file as it is. */
async function publishFile(path: string): Promise<void> {
  const file = await describeFile(path, never);
  const database = await direct.store.databases.write('20261122T060000Z-0000', file, never);
  const found = await direct.store.latest.read(never);
  const { sizeBytes, sha256 } = file;
  if (found === null) throw new Error('nothing is published');
  await direct.store.latest.move({ ...found.latest, database, sizeBytes, sha256 }, found.etag, never);
}

test('A published database of an older version is migrated after the download', async () => {
  await publishDay(20, 'a');
  const path = join(folder, 'older.sqlite');
  const older = new DatabaseSync(path);
  older.exec(await readFile(new URL('../database/fixtures/version-1.sql', import.meta.url), 'utf8'));
  older.close();
  await publishFile(path);

  const current = await reader.current(never);

  expect(runsIn(current)).toBeGreaterThan(0);
  expect(current.damaged).toBe(false);
});

test('A published database of a newer version is refused by name, and no file is left', async () => {
  await publishDay(20, 'a');
  const path = join(folder, 'newer.sqlite');
  const newer = openForWriting(path);
  newer.exec('PRAGMA user_version = 1000');
  newer.close();
  await publishFile(path);

  await expect(reader.current(never)).rejects.toMatchObject({
    code: 'NewerDatabase',
    message: expect.stringContaining('version 1000'),
  });
  expect(await readdir(join(folder, 'open'))).toEqual([]);
});

test('A newest publication that cannot be used makes the open one count as damaged, warns, and is not fetched again at once', async () => {
  await publishDay(20, 'a');
  const path = join(folder, 'newer.sqlite');
  const newer = openForWriting(path);
  newer.exec('PRAGMA user_version = 1000');
  newer.close();
  const before = await reader.current(never);
  await publishFile(path);

  reader.expire();
  const answers = [await reader.current(never), await reader.current(never)];

  expect(before.damaged).toBe(false);
  expect(answers.map(({ damaged }) => damaged)).toEqual([true, true]);
  expect(warnings).toMatchObject([{ code: 'NewerDatabase' }]);
  expect(downloads()).toBe(2);
});

test('Closing removes every file', async () => {
  await publishDay(20, 'a');
  await reader.current(never);

  await reader.close();

  expect(await readdir(join(folder, 'open'))).toEqual([]);
});
