import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Reason } from '../../lib/errors.ts';
import type { Run } from '../../lib/inventory/run.ts';
import { createDatabaseReader, type DatabaseReader } from '../../lib/published/database-reader.ts';
import { RunAlreadyRunningError } from '../../lib/run/claim-run.ts';
import { collectStep } from '../../lib/run/collect-step.ts';
import { failStep, publishedRun } from '../../lib/run/fail-step.ts';
import { planStep } from '../../lib/run/plan-step.ts';
import { publishStep } from '../../lib/run/publish-step.ts';
import { reportStep } from '../../lib/run/report-step.ts';
import type { RunEnvironment } from '../../lib/run/run-environment.ts';
import { cancelRun, newRunRecord, RunEndedError } from '../../lib/run/run-record.ts';
import { type RunStart, startRun } from '../../lib/run/start-run.ts';
import { type AzureForTests, startAzureForTests } from '../support/azure-session.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { type BlobProxy, startBlobProxy, type Treatment } from '../support/blob-proxy.ts';
import { forbidden } from '../support/fault-presets.ts';
import { never, neverWarned, newStore, type TestStore } from '../support/stores.ts';

const azurite = await newAzuriteAccount();
let azure: AzureForTests;
let folder: string;
let direct: TestStore;
let proxy: BlobProxy;
let readers: DatabaseReader[];
let warnings: Reason[];
/** Runs in the order in which they ended. */
let ended: Run[];

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
  readers = [];
  warnings = [];
  ended = [];
  azure.azure.reset();
  return async () => {
    for (const reader of readers) await reader.close();
    await proxy[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

/** An instance of the app; its storage is behind the proxy. */
function instance(): RunEnvironment {
  const { store } = newStore(azurite.connectionStringVia(proxy.origin), direct.name);
  const reader = createDatabaseReader(store, join(folder, `reader-${readers.length}`), neverWarned);
  readers.push(reader);
  return {
    store,
    reader,
    session: azure.session(),
    settings: azure.settings(),
    sources: [],
    resumeWithinMs: 60_000,
    acceptedFindings: async () => [],
    folder: join(folder, 'work'),
    warn: (reason: Reason) => void warnings.push(reason),
  };
}

/** Starts a run that nothing drives but the test. */
function start(environment: RunEnvironment, more: Partial<RunStart> = {}): Promise<Run> {
  const { store, reader, settings } = environment;
  return startRun(
    {
      store,
      trigger: 'timer',
      scope: null,
      timeoutMinutes: settings.runTimeoutMinutes,
      drive: async () => null,
      publishedRun: (runId, signal) => publishedRun(reader, runId, signal),
      ended: async (run) => void ended.push(run),
      ...more,
    },
    never,
  );
}

async function collectAll(environment: RunEnvironment, id: string): Promise<void> {
  const { batches } = await planStep(environment, id, never);
  for (let batch = 0; batch < batches; batch++) await collectStep(environment, id, batch, never);
}

/** A whole run. */
async function take(environment: RunEnvironment): Promise<Run> {
  const { id } = await start(environment);
  await collectAll(environment, id);
  const { finishedAtMs } = await publishStep(environment, id, never);
  await reportStep(environment, id, finishedAtMs, never);
  return recordOf(id);
}

async function recordOf(id: string): Promise<Run> {
  const found = await direct.store.runs.read(id, never);
  if (found === null) throw new Error(`There is no run ${id}.`);
  return found.run;
}

/** A running run without progress for longer than the limit. */
async function abandoned(id: string): Promise<Partial<RunStart>> {
  // Storage gives the age of a record in whole seconds.
  await expect
    .poll(async () => (await direct.store.runs.read(id, never))?.ageMs, { timeout: 5_000 })
    .toBeGreaterThan(0);
  return { timeoutMinutes: 0.0001 };
}

test('The record of a run names the management groups that the plan could not read', async () => {
  const environment = { ...instance(), settings: azure.settings({ INVENTORY_MANAGEMENT_GROUPS: 'northwind,gone' }) };

  const run = await take(environment);

  expect(run).toMatchObject({ status: 'succeeded', complete: false, coverage: { complete: 3, blindSpots: 0 } });
  expect(run.reason).toMatchObject({ code: 'ManagementGroupsNotRead', hint: expect.any(String) });
  expect(run.reason?.message).toContain('gone: NotFound');
});

test('A token that one list refuses from the first request on ends that list only, in a process of its own', async () => {
  const { id } = await start(instance());
  const { batches } = await planStep(instance(), id, never);
  const subscriptionId = azure.azure.tenant.subscriptions()[1]?.subscriptionId ?? '';
  azure.azure.faults.add({
    match: { path: `${subscriptionId}/providers/Microsoft.Compute/virtualMachineScaleSets$` },
    answer: { kind: 'status', status: 401, body: { error: { code: 'ExpiredAuthenticationToken', message: 'no' } } },
  });

  const collector = instance();
  for (let batch = 0; batch < batches; batch++) await collectStep(collector, id, batch, never);
  const { finishedAtMs } = await publishStep(instance(), id, never);
  await reportStep(instance(), id, finishedAtMs, never);

  expect(await recordOf(id)).toMatchObject({
    status: 'succeeded',
    complete: false,
    coverage: { complete: 2, partial: 1 },
  });
});

test('The steps of a run read every machine and publish it; each may execute on another instance', async () => {
  const run = await start(instance());
  const atOnce = await recordOf(run.id);
  await collectAll(instance(), run.id);
  const { finishedAtMs } = await publishStep(instance(), run.id, never);
  const published = await recordOf(run.id);
  const reported = await reportStep(instance(), run.id, finishedAtMs, never);

  expect(atOnce).toMatchObject({ id: run.id, status: 'running', progress: { step: 'plan' } });
  expect(published).toMatchObject({ status: 'running', finishedAt: null, progress: { step: 'report' } });
  expect(reported).toMatchObject({ id: run.id, status: 'succeeded', complete: true, virtualMachineCount: 75 });
  expect(reported?.progress).toMatchObject({ step: 'done', subscriptionsDone: 3, subscriptionsTotal: 3 });
  expect(await recordOf(run.id)).toEqual(reported);
  expect(reported?.finishedAt).toBe((await publishedRun(instance().reader, run.id, never))?.finishedAt);
  expect(await direct.store.latest.read(never)).toMatchObject({ latest: { runId: run.id, seq: 1 } });
  const present = await direct.container.getBlobClient('current/virtualMachines.ndjson').downloadToBuffer();
  expect(present.toString().trim().split('\n')).toHaveLength(75);
  expect(warnings).toEqual([]);
  expect(await readdir(join(folder, 'work'))).toEqual([]);
});

test('A step that executes again changes nothing', async () => {
  const environment = instance();
  const { id } = await start(environment);
  await collectAll(environment, id);
  const requests = azure.azure.requests.length;
  await collectAll(environment, id);
  const requestsAfter = azure.azure.requests.length;
  const first = await publishStep(environment, id, never);
  const again = await publishStep(environment, id, never);
  const reported = await reportStep(environment, id, first.finishedAtMs, never);
  const reportedAgain = await reportStep(environment, id, first.finishedAtMs, never);

  expect(requestsAfter).toBe(requests);
  expect(again).toEqual(first);
  expect([reported?.status, reportedAgain]).toEqual(['succeeded', null]);
  expect(await direct.store.latest.read(never)).toMatchObject({ latest: { runId: id, seq: 1 } });
});

test('The next run continues from the previous one', async () => {
  const environment = instance();
  await take(environment);

  const second = await take(environment);

  expect(second).toMatchObject({ status: 'succeeded', changes: {} });
  expect(await direct.store.latest.read(never)).toMatchObject({ latest: { seq: 2 } });
});

test('Of many starts at once one makes a run, and the others get its id', async () => {
  const driven: string[] = [];
  const drive = async (runId: string) => {
    driven.push(runId);
    return null;
  };

  const starts = await Promise.allSettled(Array.from({ length: 5 }, () => start(instance(), { drive })));

  const started = starts.filter(({ status }) => status === 'fulfilled').map((each) => 'value' in each && each.value.id);
  const refused = starts.filter((each) => each.status === 'rejected').map(({ reason }) => reason);
  const runs = await direct.store.runs.list(10, never);
  expect(started).toHaveLength(1);
  expect(refused.every((reason) => reason instanceof RunAlreadyRunningError)).toBe(true);
  expect(refused.map((reason) => reason.runId)).toEqual(Array(4).fill(started[0]));
  expect(runs.map(({ id }) => id)).toEqual(started);
  expect(new Set(driven)).toEqual(new Set(started));
});

test('A run that cannot be driven ends as failed, and does not block the next', async () => {
  const environment = instance();
  const drive = async () => {
    throw new Error('no engine');
  };

  await expect(start(environment, { drive })).rejects.toThrow('no engine');

  expect(ended).toMatchObject([{ status: 'failed', reason: { message: 'no engine' } }]);
  expect((await take(environment)).status).toBe('succeeded');
});

test('A run that is cancelled just before the pointer moves publishes nothing', async () => {
  const environment = instance();
  const { id } = await start(environment);
  await collectAll(environment, id);
  proxy.treat = async (line): Promise<Treatment> => {
    if (line.startsWith('PUT') && line.includes('/databases/')) await cancelRun(direct.store, id, never);
    return 'pass';
  };

  await expect(publishStep(environment, id, never)).rejects.toBeInstanceOf(RunEndedError);

  expect(await failStep(environment, id, null, never)).toBeNull();
  expect(await recordOf(id)).toMatchObject({ status: 'cancelled', complete: false });
  expect(await direct.store.latest.read(never)).toBeNull();
  await expect(collectStep(environment, id, 0, never)).rejects.toBeInstanceOf(RunEndedError);
});

test('A run that is published can no longer be cancelled, and succeeds', async () => {
  const environment = instance();
  const { id } = await start(environment);
  await collectAll(environment, id);
  await publishStep(environment, id, never);

  const cancelled = await cancelRun(direct.store, id, never);
  const end = await failStep(environment, id, { code: 'Lost', message: 'lost', hint: null }, never);

  expect(cancelled).toMatchObject({ outcome: 'cancelling', run: { status: 'running' } });
  expect(end).toMatchObject({ id, status: 'succeeded', virtualMachineCount: 75 });
});

test.each([
  ['is away', { status: 503, code: 'ServerBusy' }, 'StorageUnavailable'],
  ['refuses', { status: 403, code: 'AuthorizationFailure' }, 'StorageDenied'],
])('A run that may have been published is not called failed while storage %s', async (_what, answer, code) => {
  const environment = instance();
  // An earlier inventory is open.
  await take(environment);
  const { id } = await start(environment);
  await collectAll(environment, id);
  await publishStep(environment, id, never);
  proxy.treat = (line) => (line.includes('/latest.json') ? answer : 'pass');
  const lost = { code: 'Lost', message: 'lost', hint: null };

  await expect(failStep(environment, id, lost, never)).rejects.toMatchObject({ code });
  proxy.treat = () => 'pass';
  expect(await failStep(environment, id, lost, never)).toMatchObject({ id, status: 'succeeded' });
});

test('A subscription list that fails changes nothing, and its reason is on record', async () => {
  const environment = instance();
  const answer = forbidden('Microsoft.Resources/subscriptions/read', '/subscriptions');
  azure.azure.faults.add({ match: { path: '^/subscriptions$' }, answer });
  const { id } = await start(environment);

  await expect(planStep(environment, id, never)).rejects.toMatchObject({ code: 'AuthorizationFailed' });
  const reason = { code: 'AuthorizationFailed', message: 'no', hint: null };
  const end = await failStep(environment, id, reason, never);

  expect(end).toMatchObject({ status: 'failed', reason });
  expect(await recordOf(id)).toEqual(end);
  expect(await direct.store.latest.read(never)).toBeNull();
});

test('Storage that denies a batch is named, with the command that grants access', async () => {
  const environment = instance();
  const { id } = await start(environment);
  await planStep(environment, id, never);
  proxy.treat = (line) => (line.includes('/batches/') ? { status: 403, code: 'AuthorizationFailure' } : 'pass');

  await expect(collectStep(environment, id, 0, never)).rejects.toMatchObject({ code: 'StorageDenied' });
});

test('What fails after the pointer has moved warns, and the run has succeeded', async () => {
  proxy.treat = (line) => (line.includes('/current/') ? { status: 403, code: 'AuthorizationFailure' } : 'pass');

  const run = await take(instance());

  expect(run.status).toBe('succeeded');
  expect(warnings.map(({ code }) => code)).toEqual(['StorageDenied']);
});

test('What is under lease warns, and what follows it is still written and removed', async () => {
  const environment = { ...instance(), settings: { ...azure.settings(), reports: ['virtualMachines.csv'] } };
  await take(environment);
  const old = 'databases/20200101T000000Z-3f2a.sqlite.zst';
  const older = 'databases/20190101T000000Z-3f2a.sqlite.zst';
  // Ten young ones push the two old ones out.
  for (const name of [old, older, ...Array.from({ length: 10 }, (_, day) => `databases/2026010${day}T000000Z-a`)]) {
    await direct.container.uploadBlockBlob(name, 'x', 1);
  }
  for (const name of ['current/virtualMachines.ndjson', older]) {
    await direct.container.getBlobClient(name).getBlobLeaseClient().acquireLease(-1);
  }
  const { id } = await start(environment);
  await collectAll(environment, id);
  const { finishedAtMs } = await publishStep(environment, id, never);

  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 60 * 60 * 1000 });
  const run = await reportStep(environment, id, finishedAtMs, never).finally(() => vi.useRealTimers());

  expect(run).toMatchObject({ status: 'succeeded' });
  expect(warnings).toMatchObject([
    { code: 'LeaseIdMissing', message: expect.stringContaining('current/virtualMachines.ndjson') },
    { code: 'LeaseIdMissing', message: expect.stringContaining(older), hint: expect.stringContaining(older) },
  ]);
  expect(await direct.container.getBlobClient(old).exists()).toBe(false);
  expect(await direct.container.getBlobClient(`reports/${id}/virtualMachines.csv`).exists()).toBe(true);
});

test('A lease on latest.json fails the publish step at once, after one upload', async () => {
  const environment = instance();
  await take(environment);
  const { id } = await start(environment);
  await collectAll(environment, id);
  await direct.container.getBlobClient('latest.json').getBlobLeaseClient().acquireLease(-1);
  const before = proxy.requests.length;

  await expect(publishStep(environment, id, never)).rejects.toMatchObject({
    code: 'LeaseIdMissing',
    hint: expect.stringContaining('az storage blob show'),
  });

  const puts = proxy.requests.slice(before).filter((line) => line.startsWith('PUT'));
  expect(puts.filter((line) => line.includes('databases/') && line.includes('comp=blocklist'))).toHaveLength(1);
  expect(puts.filter((line) => line.includes('latest.json'))).toHaveLength(1);
});

test('A damaged inventory stops a run before it sends Azure a request', async () => {
  const environment = instance();
  await take(environment);
  await take(environment);
  const found = await direct.store.latest.read(never);
  await direct.container.getBlockBlobClient(found?.latest.database ?? '').upload('damaged', 7);
  azure.azure.reset();
  const fresh = instance();
  const { id } = await start(fresh);

  await expect(planStep(fresh, id, never)).rejects.toMatchObject({ code: 'DatabaseDamaged' });
  expect(azure.azure.requests).toEqual([]);
});

test('A dead run is ended as timed out by the next start; a living one is not', async () => {
  const environment = instance();
  const dead = newRunRecord('20261120T060000Z-dead', 'timer', null, '2026-11-20T06:00:00.000Z');
  await direct.store.runs.create(dead, never);
  await direct.store.claim.take(dead.id, null, never);

  await expect(start(environment)).rejects.toMatchObject({ code: 'RunAlreadyRunning', runId: dead.id });
  const next = await start(environment, await abandoned(dead.id));

  expect(next.id).not.toBe(dead.id);
  expect(ended).toMatchObject([{ id: dead.id, status: 'timedOut', reason: { code: 'RunTimedOut' } }]);
  expect(await recordOf(dead.id)).toEqual(ended[0]);
});

test('A dead run that was published but whose record was not updated has succeeded', async () => {
  const environment = instance();
  const { id } = await start(environment);
  await collectAll(environment, id);
  await publishStep(environment, id, never);

  await start(environment, await abandoned(id));

  expect(ended).toMatchObject([{ id, status: 'succeeded', virtualMachineCount: 75 }]);
});

test('The next run resumes the batches of a run that timed out, and so does the one after that', async () => {
  const environment = instance();
  const first = await start(environment);
  await collectAll(environment, first.id);
  const second = await start(environment, await abandoned(first.id));
  await planStep(environment, second.id, never);
  azure.azure.reset();
  const third = await start(environment, await abandoned(second.id));
  await collectAll(environment, third.id);
  const progress = (await recordOf(third.id)).progress;
  const machineLists = azure.azure.requests.filter(({ path }) => path.includes('Microsoft.Compute'));
  const { finishedAtMs } = await publishStep(environment, third.id, never);
  const run = await reportStep(environment, third.id, finishedAtMs, never);

  expect(machineLists).toEqual([]);
  expect(progress).toMatchObject({ subscriptionsDone: 3, subscriptionsTotal: 3 });
  expect(run).toMatchObject({ status: 'succeeded', complete: true, virtualMachineCount: 75 });
});

test('Runs that ended before they had a plan do not hide the batches of an earlier one', async () => {
  const environment = instance();
  const first = await start(environment);
  await collectAll(environment, first.id);
  const killed = await start(environment, await abandoned(first.id));
  const failed = await start(environment, await abandoned(killed.id));
  await failStep(environment, failed.id, { code: 'AuthorizationFailed', message: 'no right', hint: null }, never);
  const last = await start(environment);

  const { batches } = await planStep(environment, last.id, never);

  expect(batches).toBe(0);
});

test('The batches of a cancelled run are not resumed', async () => {
  const environment = instance();
  const first = await start(environment);
  await collectAll(environment, first.id);
  await cancelRun(direct.store, first.id, never);
  const second = await start(environment);

  const { batches } = await planStep(environment, second.id, never);

  expect(batches).toBeGreaterThan(0);
});

test('Batches older than the time between two runs are read again', async () => {
  const environment = { ...instance(), resumeWithinMs: 0 };
  const first = await start(environment);
  await collectAll(environment, first.id);
  const second = await start(environment, await abandoned(first.id));

  const { batches } = await planStep(environment, second.id, never);

  expect(batches).toBeGreaterThan(0);
});
