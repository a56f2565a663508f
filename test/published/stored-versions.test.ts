import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import type { Latest } from '../../lib/azure/store/pointers.ts';
import { openForWriting } from '../../lib/database/database.ts';
import { schemaVersion } from '../../lib/database/migrations.ts';
import { listRuns } from '../../lib/database/queries/runs.ts';
import { describeFile } from '../../lib/published/database-file.ts';
import { createDatabaseReader } from '../../lib/published/database-reader.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { collectRun, publish } from '../support/published-runs.ts';
import { machine } from '../support/readings.ts';
import { never, neverWarned, newStore, type TestStore } from '../support/stores.ts';

const azurite = await newAzuriteAccount();
let folder: string;
let target: TestStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'versions-'));
  target = newStore(azurite.connectionString);
  return () => rm(folder, { recursive: true });
});

/** A database file is the newest in the container, as another version of the app had published it. */
async function publishFile(path: string): Promise<Latest> {
  const { store } = target;
  await publish(store, join(folder, 'work'), await collectRun(store, folder, 10, [machine('a')]));
  const file = await describeFile(path, never);
  const database = await store.databases.write('20261119T060000Z-0000', file, never);
  const found = await store.latest.read(never);
  if (found === null) throw new Error('nothing is published');
  const latest = { ...found.latest, database, sizeBytes: file.sizeBytes, sha256: file.sha256 };
  await store.latest.move(latest, found.etag, never);
  return latest;
}

test('A run migrates a published database of an older version, and publishes it with all that it held', async () => {
  const path = join(folder, 'older.sqlite');
  const older = new DatabaseSync(path);
  older.exec(await readFile(new URL('../database/fixtures/version-1.sql', import.meta.url), 'utf8'));
  const runsBefore = older.prepare('SELECT id FROM run ORDER BY seq').all();
  older.close();
  await publishFile(path);

  const run = await publish(
    target.store,
    join(folder, 'work'),
    await collectRun(target.store, folder, 20, [machine('b')]),
  );

  const reader = createDatabaseReader(target.store, join(folder, 'reader'), neverWarned);
  const { database } = await reader.current(never);
  const version = database.prepare('PRAGMA user_version').get();
  const runs = listRuns(database).map(({ id }) => id);
  await reader.close();
  expect(version).toEqual({ user_version: schemaVersion });
  expect(runs.toSorted()).toEqual([...runsBefore.map(({ id }) => id), run.id].toSorted());
});

test('A run refuses a published database of a newer version by name, and moves nothing', async () => {
  const path = join(folder, 'newer.sqlite');
  const newer = openForWriting(path);
  newer.exec('PRAGMA user_version = 1000');
  newer.close();
  const before = await publishFile(path);

  const publication = publish(target.store, join(folder, 'work'), await collectRun(target.store, folder, 20, []));

  await expect(publication).rejects.toMatchObject({
    code: 'NewerDatabase',
    message: expect.stringContaining('version 1000'),
    hint: expect.stringContaining('newer vm-identities'),
  });
  expect(await target.store.latest.read(never)).toMatchObject({ latest: before });
  expect(await readdir(join(folder, 'work'))).toEqual([]);
});
