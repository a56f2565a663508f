import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RunAlreadyRunningError } from '../../lib/collect/claim-run.ts';
import { createDatabaseReader, type DatabaseReader } from '../../lib/collect/current-database.ts';
import { type RunRequest, startRun } from '../../lib/collect/in-process-run.ts';
import { cancelRun, newRunRecord } from '../../lib/collect/run-record.ts';
import type { Reason } from '../../lib/errors.ts';
import { forbidden } from '../../local/azure/fault-presets.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { type Azurite, connectionStringFor, startAzurite } from '../support/azurite.ts';
import { type BlobProxy, startBlobProxy, type Treatment } from '../support/blob-proxy.ts';
import { never, newStore, type TestStore } from '../support/stores.ts';

let azurite: Azurite;
let azure: AzureForTests;
let folder: string;
let direct: TestStore;
let proxy: BlobProxy;
let readers: DatabaseReader[];
let warnings: Reason[];

beforeAll(async () => {
  azurite = await startAzurite();
  azure = await startAzureForTests({ subscriptions: 3, vms: 25, awkward: false });
});
afterAll(async () => {
  await azurite.stop();
  await azure[Symbol.asyncDispose]();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-'));
  direct = newStore(azurite.connectionString);
  proxy = await startBlobProxy(azurite.origin);
  readers = [];
  warnings = [];
  azure.azure.reset();
  return async () => {
    for (const reader of readers) await reader.close();
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

/** What an instance of the app would ask for; its storage is behind the proxy. */
function request(more: Partial<RunRequest> = {}): RunRequest {
  const { store } = newStore(connectionStringFor(proxy.origin), direct.name);
  const reader = createDatabaseReader(store, join(folder, `reader-${readers.length}`));
  readers.push(reader);
  return {
    ...{ store, reader, session: azure.session(), settings: azure.settings(), trigger: 'timer', scope: null },
    ...{ folder: join(folder, 'work'), shutdown: never, warn: (reason: Reason) => warnings.push(reason) },
    ...more,
  };
}

test('A run is on record at once, collects every machine, and is published.', async () => {
  const { run, finished } = await startRun(request(), never);
  const atOnce = await direct.store.runs.read(run.id, never);
  const ended = await finished;

  expect(atOnce?.run).toMatchObject({ id: run.id, status: 'running' });
  expect(ended).toMatchObject({ id: run.id, status: 'succeeded', complete: true, virtualMachineCount: 75 });
  expect(ended.progress).toMatchObject({ step: 'done', subscriptionsDone: 3, subscriptionsTotal: 3 });
  expect((await direct.store.runs.read(run.id, never))?.run).toEqual(ended);
  expect(await direct.store.latest.read(never)).toMatchObject({ latest: { runId: run.id, seq: 1 } });
  expect(warnings).toEqual([]);
  expect(await readdir(join(folder, 'work'))).toEqual([]);
});

test('The next run goes on from the one before.', async () => {
  await (await startRun(request(), never)).finished;

  const ended = await (await startRun(request(), never)).finished;

  expect(ended).toMatchObject({ status: 'succeeded', changes: {} });
  expect(await direct.store.latest.read(never)).toMatchObject({ latest: { seq: 2 } });
});

test('Of many starts at once one runs, and the others are told which.', async () => {
  const starts = await Promise.allSettled(Array.from({ length: 5 }, () => startRun(request(), never)));

  const started = starts.filter((start) => start.status === 'fulfilled').map(({ value }) => value);
  const refused = starts.filter((start) => start.status === 'rejected').map(({ reason }) => reason);
  const runs = await direct.store.runs.list(10, never);
  await Promise.all(started.map(({ finished }) => finished));

  expect(started).toHaveLength(1);
  expect(refused.every((reason) => reason instanceof RunAlreadyRunningError)).toBe(true);
  expect(refused.map((reason) => reason.runId)).toEqual(Array(4).fill(started[0]?.run.id));
  expect(runs.map(({ id }) => id)).toEqual([started[0]?.run.id]);
});

test('A run that is cancelled ends as cancelled and publishes nothing.', async () => {
  let runId = '';
  proxy.treat = async (line): Promise<Treatment> => {
    if (line.startsWith('PUT') && line.includes('/batches/')) await cancelRun(direct.store, runId, never);
    return 'pass';
  };
  const { run, finished } = await startRun(request(), never);
  runId = run.id;

  const ended = await finished;

  expect(ended).toMatchObject({ status: 'cancelled', complete: false });
  expect(await direct.store.latest.read(never)).toBeNull();
  expect(await cancelRun(direct.store, run.id, never)).toMatchObject({ outcome: 'ended' });
});

test('A run whose subscription list breaks ends as failed, with the reason, and changes nothing.', async () => {
  const answer = forbidden('Microsoft.Resources/subscriptions/read', '/subscriptions');
  azure.azure.faults.add({ match: { path: '^/subscriptions$' }, answer });

  const ended = await (await startRun(request(), never)).finished;

  expect(ended.status).toBe('failed');
  expect(ended.reason?.code).toBe('AuthorizationFailed');
  expect((await direct.store.runs.read(ended.id, never))?.run).toEqual(ended);
  expect(await direct.store.latest.read(never)).toBeNull();
});

test('A dead run is ended as timed out by the next start; a living one is not.', async () => {
  const dead = newRunRecord('20261120T060000Z-dead', 'timer', null, '2026-11-20T06:00:00.000Z');
  await direct.store.runs.create(dead, never);
  await direct.store.claim.take(dead.id, null, never);
  const patient = request();
  const impatient = request({ settings: { ...azure.settings(), runTimeoutMinutes: 0.0001 } });

  const refused = startRun(patient, never);
  await expect(refused).rejects.toMatchObject({ code: 'RunAlreadyRunning', runId: dead.id });
  // the age of the record is told in whole seconds
  await expect
    .poll(async () => (await direct.store.runs.read(dead.id, never))?.ageMs, { timeout: 5_000 })
    .toBeGreaterThan(0);
  const started = await startRun(impatient, never).catch((error: unknown) => error);

  expect(started).not.toBeInstanceOf(Error);
  expect((await direct.store.runs.read(dead.id, never))?.run).toMatchObject({
    status: 'timedOut',
    reason: { code: 'RunTimedOut' },
  });
  if (typeof started === 'object' && started !== null && 'finished' in started) await started.finished;
});

test('A run ends with its host, as failed.', async () => {
  const shutdown = new AbortController();
  proxy.treat = (line) => {
    if (line.includes('/batches/')) shutdown.abort();
    return 'pass';
  };

  const ended = await (await startRun(request({ shutdown: shutdown.signal }), never)).finished;

  expect(ended).toMatchObject({ status: 'failed', reason: { code: 'HostShutDown' } });
});

test('Storage that refuses in the middle ends the run as failed, with the command that helps.', async () => {
  proxy.treat = (line) => (line.includes('/batches/') ? { status: 403, code: 'AuthorizationFailure' } : 'pass');

  const ended = await (await startRun(request(), never)).finished;

  expect(ended).toMatchObject({ status: 'failed', reason: { code: 'StorageDenied' } });
});

test('A damaged inventory stops a run before it asks Azure anything.', async () => {
  await (await startRun(request(), never)).finished;
  const second = await (await startRun(request(), never)).finished;
  const found = await direct.store.latest.read(never);
  await direct.container.getBlockBlobClient(found?.latest.database ?? '').upload('damaged', 7);
  azure.azure.reset();

  const ended = await (await startRun(request(), never)).finished;

  expect(second.status).toBe('succeeded');
  expect(ended).toMatchObject({ status: 'failed', reason: { code: 'DatabaseDamaged' } });
  expect(azure.azure.requests).toEqual([]);
});
