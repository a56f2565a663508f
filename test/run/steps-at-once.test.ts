import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDatabaseReader, type DatabaseReader } from '../../lib/published/database-reader.ts';
import { collectStep } from '../../lib/run/collect-step.ts';
import { planStep } from '../../lib/run/plan-step.ts';
import { publishStep } from '../../lib/run/publish-step.ts';
import { reportStep } from '../../lib/run/report-step.ts';
import type { RunEnvironment } from '../../lib/run/run-environment.ts';
import { newRunRecord, RunEndedError } from '../../lib/run/run-record.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { type BlobProxy, startBlobProxy, type Treatment } from '../support/blob-proxy.ts';
import { never, neverWarned, newStore, type TestStore } from '../support/stores.ts';

// The engine executes an activity at least once. If it loses one, it starts another beside it, often in the same process.

const runId = '20261121T060000Z-3f2a';
const azurite = await newAzuriteAccount();
let azure: AzureForTests;
let folder: string;
let direct: TestStore;
let proxy: BlobProxy;
let reader: DatabaseReader;
let environment: RunEnvironment;

beforeAll(async () => {
  azure = await startAzureForTests({ subscriptions: 3, vms: 25, awkward: false });
});
afterAll(async () => {
  await azure[Symbol.asyncDispose]();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-'));
  direct = newStore(azurite.connectionString);
  proxy = await startBlobProxy(azurite.origin);
  const { store } = newStore(azurite.connectionStringVia(proxy.origin), direct.name);
  reader = createDatabaseReader(store, join(folder, 'reader'), neverWarned);
  environment = {
    store,
    reader,
    session: azure.session(),
    settings: azure.settings(),
    sources: [],
    resumeWithinMs: 60_000,
    acceptedFindings: async () => [],
    folder: join(folder, 'work'),
    warn: () => undefined,
  };
  await direct.store.runs.create(newRunRecord(runId, 'timer', null, '2026-11-21T06:00:00.000Z'), never);
  return async () => {
    await reader.close();
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

/** Holds the first matching request until `letGo` is called. */
function hold(fits: (line: string) => boolean): { readonly reached: Promise<void>; readonly letGo: () => void } {
  const reached = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  let held = false;
  proxy.treat = async (line): Promise<Treatment> => {
    if (held || !fits(line)) return 'pass';
    held = true;
    reached.resolve();
    await free.promise;
    return 'pass';
  };
  return { reached: reached.promise, letGo: free.resolve };
}

test('A batch that is read twice at once in one process is complete', async () => {
  await planStep(environment, runId, never);

  await Promise.all([1, 2, 3, 4].map(() => collectStep(environment, runId, 0, never)));
  const { finishedAtMs } = await publishStep(environment, runId, never);
  const run = await reportStep(environment, runId, finishedAtMs, never);

  expect(run).toMatchObject({ status: 'succeeded', complete: true, virtualMachineCount: 75 });
  expect(await readdir(join(folder, 'work'))).toEqual([]);
});

test('A run that is published twice at once in one process is published once, and completely', async () => {
  await planStep(environment, runId, never);
  await collectStep(environment, runId, 0, never);

  const times = await Promise.all([1, 2, 3].map(() => publishStep(environment, runId, never)));

  const latest = await direct.store.latest.read(never);
  const current = await reader.current(never);
  current[Symbol.dispose]();
  expect(new Set(times.map(({ finishedAtMs }) => finishedAtMs)).size).toBe(1);
  expect(latest).toMatchObject({ latest: { runId, seq: 1 } });
  expect(current).toMatchObject({ damaged: false, latest: { runId } });
  expect(await readdir(join(folder, 'work'))).toEqual([]);
});

test('A publish that comes late, after its run has ended, leaves the record as it is', async () => {
  await planStep(environment, runId, never);
  await collectStep(environment, runId, 0, never);
  const { reached, letGo } = hold((line) => line.startsWith('GET') && line.includes('/latest.json'));
  // Where the other execution takes longer than two seconds, this one may notice that its run has ended.
  const late = Promise.allSettled([publishStep(environment, runId, never)]);
  await reached;

  const { finishedAtMs } = await publishStep(environment, runId, never);
  const ended = await reportStep(environment, runId, finishedAtMs, never);
  letGo();
  const [outcome] = await late;

  if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RunEndedError);
  expect(ended?.status).toBe('succeeded');
  expect((await direct.store.runs.read(runId, never))?.run).toEqual(ended);
});

test('What a report step writes late, after its run has ended, replaces nothing that a later run has written', async () => {
  await planStep(environment, runId, never);
  await collectStep(environment, runId, 0, never);
  const { finishedAtMs } = await publishStep(environment, runId, never);
  const { reached, letGo } = hold((line) => line.startsWith('PUT') && line.includes('/current/'));
  const late = reportStep(environment, runId, finishedAtMs, never);
  await reached;
  await reportStep(environment, runId, finishedAtMs, never);
  const later = direct.container.getBlockBlobClient('current/virtualMachines.ndjson');
  await later.upload('later', 5);

  // It reads the record of its run every two seconds.
  expect(await late).toBeNull();
  letGo();
  expect(await later.downloadToBuffer()).toEqual(Buffer.from('later'));
});

test('A report step that executes again after its run has ended does nothing', async () => {
  await planStep(environment, runId, never);
  await collectStep(environment, runId, 0, never);
  const { finishedAtMs } = await publishStep(environment, runId, never);
  await reportStep(environment, runId, finishedAtMs, never);
  const { length } = proxy.requests;

  expect(await reportStep(environment, runId, finishedAtMs, never)).toBeNull();

  expect(proxy.requests.slice(length).filter((line) => !line.startsWith('GET'))).toEqual([]);
});
