import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { newRunRecord } from '../../lib/run/run-record.ts';
import { createProcesses, type Processes } from '../../local/start/processes.ts';
import { type HostProcess, startHostProcess } from '../local/host-process.ts';
import { type AzuriteAccount, newAzuriteAccount } from '../support/azurite-account.ts';
import { allCases } from '../support/cases.ts';
import { never, newStore, type TestStore } from '../support/stores.ts';

// The built app in hosts of their own, before Azurite and a stand-in for Azure that answers slowly enough to be killed
// meanwhile.

const app = join(import.meta.dirname, '../../dist/functions.cjs');
const subscriptions = 40;
const vms = 10;
let processes: Processes;
let environment: Readonly<Record<string, string>>;
let control: string;
let azurite: AzuriteAccount;
let target: TestStore;
let hosts: HostProcess[];

beforeAll(async () => {
  processes = createProcesses();
  const ready = await processes.start<{
    identityEndpoint: string;
    environment: { AppService: Record<string, string> };
  }>({
    name: 'azure',
    command: process.execPath,
    args: [
      join(import.meta.dirname, '../../local/azure/main.ts'),
      '--simple',
      '--latency',
      '20',
      '--page-size',
      '5',
      '--subscriptions',
      `${subscriptions}`,
      '--vms',
      `${vms}`,
    ],
    environment: process.env,
    ready: (line) => JSON.parse(line),
    onLine: () => undefined,
  });
  environment = ready.environment.AppService;
  control = ready.identityEndpoint;
});
afterAll(() => processes.stop());
beforeEach(async () => {
  azurite = await newAzuriteAccount();
  target = newStore(azurite.connectionString, 'inventory');
  hosts = [];
  await fetch(`${control}/_local/reset`, { method: 'POST' });
});
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.end('SIGKILL')));
});

async function startHost(): Promise<HostProcess> {
  const env = { ...environment, AzureWebJobsStorage: azurite.connectionString, INVENTORY_CONCURRENCY: '4' };
  const host = await startHostProcess(app, { env });
  hosts.push(host);
  return host;
}

async function fire(host: HostProcess, timer: string): Promise<void> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  const { status } = await fetch(`${host.url}/admin/functions/${timer}`, request);
  expect(status).toBe(202);
}
const post = (host: HostProcess) => fetch(`${host.url}/api/runs`, { method: 'POST' });
/**
 * Runs the watchdog: the orchestration of a host that was killed in a turn has failed. A younger record may belong to a
 * start that is under way.
 */
async function watch(host: HostProcess, id: string): Promise<void> {
  await expect.poll(async () => (await target.store.runs.read(id, never))?.ageMs).toBeGreaterThanOrEqual(5_000);
  await fire(host, 'inventory-watchdog');
}
/** A run, or the error with the id of the one under way. */
interface Body {
  readonly id: string;
  readonly status: string;
  readonly error?: { readonly target: string };
}
const bodyOf = async (response: Response): Promise<Body> => JSON.parse(await response.text());
const recordOf = async (id: string) => (await target.store.runs.read(id, never))?.run;
const ended = (id: string) => expect.poll(async () => (await recordOf(id))?.status, { timeout: 60_000 });

/** The finished batches of the run, with the time each was written. */
async function batchesOf(id: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for await (const { name, properties } of target.container.listBlobsFlat({ prefix: `runs/${id}/batches/` })) {
    found.set(name, properties.lastModified.getTime());
  }
  return found;
}

test.runIf(allCases)(
  'A run whose host is killed continues when the host restarts, and reads no finished batch twice',
  async () => {
    // One list never arrives, so that one batch is unfinished when the host is killed.
    const fault = {
      match: { path: 'Microsoft.Compute/virtualMachines$' },
      skip: 10,
      times: 1,
      answer: { kind: 'never' },
    };
    await fetch(`${control}/_local/faults`, { method: 'POST', body: JSON.stringify([fault]) });
    const killed = await startHost();
    const { id } = await bodyOf(await post(killed));
    await expect.poll(async () => (await batchesOf(id)).size, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
    await killed.end('SIGKILL');
    const before = await batchesOf(id);

    await watch(await startHost(), id);
    await ended(id).toBe('succeeded');

    const run = await recordOf(id);
    const after = await batchesOf(id);
    expect(run).toMatchObject({ complete: true, virtualMachineCount: subscriptions * vms });
    expect(run?.progress).toMatchObject({
      step: 'done',
      subscriptionsDone: subscriptions,
      subscriptionsTotal: subscriptions,
    });
    expect(after.size).toBeGreaterThan(before.size);
    expect([...before].filter(([name, writtenAt]) => after.get(name) !== writtenAt)).toEqual([]);
    expect(await target.store.latest.read(never)).toMatchObject({ latest: { runId: id, seq: 1 } });
    expect((await target.store.runs.list(10, never)).map((each) => each.id)).toEqual([id]);
  },
);

test.runIf(allCases)(
  'Of simultaneous starts on two instances, one starts a run, and the others get its id',
  async () => {
    const [one, other] = await Promise.all([startHost(), startHost()]);

    const answers = await Promise.all([one, other, one, other].map(post));

    const bodies = await Promise.all(answers.map(bodyOf));
    const [started] = bodies.filter((_, index) => answers[index]?.status === 202);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409, 409]);
    const id = started?.id ?? '';
    expect(bodies.flatMap(({ error }) => (error === undefined ? [] : [error.target]))).toEqual(Array(3).fill(id));
    await ended(id).toBe('succeeded');
    expect((await target.store.runs.list(10, never)).map((each) => each.id)).toEqual([id]);
  },
);

test.runIf(allCases)('A run continues on another instance when its own is killed', async () => {
  const [one, other] = await Promise.all([startHost(), startHost()]);
  const { id } = await bodyOf(await post(one));
  expect((await post(other)).status).toBe(409);

  await one.end('SIGKILL');

  await watch(other, id);
  await ended(id).toBe('succeeded');
  expect((await recordOf(id))?.virtualMachineCount).toBe(subscriptions * vms);
});

test('A cancelled run stops, publishes nothing, logs one line, and gives way to the next', async () => {
  const host = await startHost();
  const { id } = await bodyOf(await post(host));
  const answer = await fetch(`${host.url}/api/runs/${id}`, { method: 'DELETE' });

  const next = await post(host);

  expect([answer.status, (await bodyOf(answer)).status, next.status]).toEqual([202, 'cancelled', 202]);
  const { id: nextId } = await bodyOf(next);
  await ended(nextId).toBe('succeeded');
  expect((await recordOf(id))?.status).toBe('cancelled');
  expect(await target.store.latest.read(never)).toMatchObject({ latest: { runId: nextId, seq: 1 } });
  const lines = host.lines().filter((line) => line.includes('"event":"inventoryRun"'));
  await expect.poll(() => host.lines().filter((line) => line.includes('"event":"inventoryRun"')).length).toBe(2);
  expect(lines[0]).toContain(`"runId":"${id}"`);
  expect(lines[0]).toContain('"status":"cancelled"');
});

/** A run whose process died after it had the claim and before its orchestration began. */
async function orphan(id: string): Promise<string> {
  const claim = await target.store.claim.read(never);
  await target.store.runs.create(newRunRecord(id, 'timer', null, '2026-11-21T06:00:00.000Z'), never);
  await target.store.claim.take(id, claim?.etag ?? null, never);
  return id;
}

test.runIf(allCases)(
  'The watchdog drives a run on record that has no orchestration, and so does the next start',
  async () => {
    const host = await startHost();
    const first = await orphan('20261121T060000Z-0bad');
    await watch(host, first);
    await ended(first).toBe('succeeded');
    const second = await orphan('20261121T120000Z-0bad');

    const refused = await post(host);

    expect([refused.status, (await bodyOf(refused)).error?.target]).toEqual([409, second]);
    await ended(second).toBe('succeeded');
    expect(host.lines().filter((line) => line.includes('RunResumed: '))).toHaveLength(1);
    expect(await recordOf(first)).toMatchObject({ reason: { code: 'RunResumed' }, progress: { restarts: 1 } });
    expect(await recordOf(second)).toMatchObject({ reason: null });
  },
);

test('The watchdog logs when the newest run becomes too old, also before the first one', async () => {
  const host = await startHost();
  const lines = () =>
    host.lines().flatMap((line) => {
      const [found] = /\{"event":"inventorySchedule".*\}/.exec(line) ?? [];
      return found === undefined ? [] : [JSON.parse(found)];
    });

  await fire(host, 'inventory-watchdog');

  await expect.poll(lines).toHaveLength(1);
  expect(lines()).toMatchObject([{ schedule: '0 0 */6 * * *', lastFinishedAt: null }]);
  expect(Date.parse(lines()[0].lateAfter)).toBeGreaterThan(Date.now());
});

test.runIf(allCases)(
  'Leases on blobs of the store end a run after one upload, and a start at once, both by name',
  async () => {
    const host = await startHost();
    const { id: first } = await bodyOf(await post(host));
    await ended(first).toBe('succeeded');
    const pointer = target.container.getBlobClient('latest.json').getBlobLeaseClient();
    await pointer.acquireLease(-1);
    const databases = async (): Promise<number> => {
      let count = 0;
      for await (const _ of target.container.listBlobsFlat({ prefix: 'databases/' })) count += 1;
      return count;
    };
    const before = await databases();

    const { id } = await bodyOf(await post(host));
    await ended(id).toBe('failed');
    await target.container.getBlobClient('runs/running.json').getBlobLeaseClient().acquireLease(-1);
    const refused = await post(host);
    await fire(host, 'inventory-schedule');

    expect(await recordOf(id)).toMatchObject({
      reason: {
        code: 'LeaseIdMissing',
        message: expect.stringContaining('latest.json'),
        hint: expect.stringContaining('az storage blob show'),
      },
    });
    expect(await databases()).toBe(before + 1);
    expect([refused.status, refused.headers.get('x-ms-error-code')]).toEqual([503, 'LeaseIdMissing']);
    expect(await refused.text()).toMatch(/runs\/running\.json.*az storage blob lease break/);
    const logged = () => host.lines().filter((line) => line.includes('No run was started: LeaseIdMissing'));
    await expect.poll(() => logged().join()).toMatch(/running\.json.*az storage blob show/);
  },
);
