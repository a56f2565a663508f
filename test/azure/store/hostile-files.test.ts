import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { claimRun } from '../../../lib/run/claim-run.ts';
import { batchesToResume } from '../../../lib/run/resume-batches.ts';
import { newRunRecord } from '../../../lib/run/run-record.ts';
import { newAzuriteAccount } from '../../support/azurite-account.ts';
import { planOf } from '../../support/readings.ts';
import { never, newStore, type TestStore } from '../../support/stores.ts';

const azurite = await newAzuriteAccount();
const startedAt = '2026-11-21T06:00:00.000Z';
const runId = '20261121T060000Z-3f2a';
const odd = '20991121T060000Z-ffff';
let tested: TestStore;
beforeEach(async () => {
  tested = newStore(azurite.connectionString, `c${randomUUID()}`);
  await tested.store.runs.create(newRunRecord(runId, 'timer', null, startedAt), never);
});

async function upload(name: string, text: string, metadata: Readonly<Record<string, string>> = {}): Promise<void> {
  await tested.container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), { metadata });
}

const record = newRunRecord(odd, 'timer', null, startedAt);
const unreadable: readonly (readonly [string, string])[] = [
  ['no JSON', 'x'],
  ['a list', '[]'],
  ['deep nesting', `${'['.repeat(1e6)}${']'.repeat(1e6)}`],
  ['megabytes', `${JSON.stringify(record)}${' '.repeat(5 * 1024 * 1024)}`],
  ['a start that is no time', JSON.stringify({ ...record, startedAt: 'x' })],
  ['an end that is no time', JSON.stringify({ ...record, finishedAt: '2026-13-45' })],
  ['progress at no time', JSON.stringify({ ...record, progress: { ...record.progress, updatedAt: '' } })],
  ['a count below zero', JSON.stringify({ ...record, virtualMachineCount: -1 })],
];

test.each(unreadable)('A run record with %s is refused by name, and hides no other run', async (_what, text) => {
  await upload(`runs/${odd}/run.json`, text);
  const { store } = tested;

  await expect(store.runs.read(odd, never)).rejects.toMatchObject({ code: 'StoredJsonUnreadable' });
  expect((await store.runs.list(10, never)).map(({ id }) => id)).toEqual([runId]);
});

test('An unreadable record or plan of another run stops no start, and nothing of that run is resumed', async () => {
  const { store } = tested;
  await upload(`runs/${odd}/run.json`, 'x');
  const dead = '20261121T050000Z-aaaa';
  await upload(`runs/${dead}/run.json`, JSON.stringify({ ...record, id: dead, status: 'timedOut' }));
  await upload(`runs/${dead}/plan.json`, '{"hash":1}');
  const publishedRun = async () => null;
  const ended = async () => undefined;

  await claimRun({ store, timeoutMinutes: 60, publishedRun, ended }, runId, never);
  const plan = { ...planOf({ day: 21, subscriptions: {} }), runId };
  const resumed = await batchesToResume(store, plan, 60_000, never);

  expect(await store.claim.read(never)).toMatchObject({ runId });
  expect(resumed.batches).toEqual([]);
});

test('A batch of another plan in the place of one is not resumed', async () => {
  const { store } = tested;
  const dead = '20261121T050000Z-aaaa';
  const plan = { ...planOf({ day: 21, subscriptions: {} }), runId };
  await upload(`runs/${dead}/run.json`, JSON.stringify({ ...record, id: dead, status: 'timedOut' }));
  await store.plans.write({ ...plan, runId: dead }, [{ subscriptionIds: [], takenFrom: null }], never);
  await upload(`runs/${dead}/batches/0.ndjson.zst`, 'x', { planhash: 'another' });

  const resumed = await batchesToResume(store, plan, 60_000, never);

  expect(resumed.batches).toEqual([]);
});

test('Folders that are named like no run take no place in the list of runs', async () => {
  for (const name of ['zzz', 'running', '99999999T999999Z-ffff ', '20991121T060000Z-FFFF'])
    await upload(`runs/${name}/x`, '');

  expect((await tested.store.runs.list(1, never)).map(({ id }) => id)).toEqual([runId]);
});

test.each(['x', '-1', '1e999', 'NaN', '', '1.5', '9'.repeat(400)])(
  'A batch that claims %j machines counts as none, so that the record of the run stays readable',
  async (claimed) => {
    const counts = { subscriptions: '1', virtualmachines: claimed === '' ? ' ' : claimed, requests: '2' };
    await upload(`runs/${runId}/batches/7.ndjson.zst`, 'x', counts);

    const finished = await tested.store.batches.finished(runId, never);

    expect(finished).toEqual({ subscriptions: 1, virtualMachines: 0, requests: 2 });
  },
);

test.each(['x', '2026-11-31T99:00:00Z', ''])(
  'A latest.json that was published at %j is refused',
  async (publishedAt) => {
    const database = { database: 'databases/a', sha256: 'a'.repeat(64) };
    const latest = { runId, seq: 1, ...database, sizeBytes: 1, publishedAt, complete: true, previous: null };
    await upload('latest.json', JSON.stringify(latest));

    await expect(tested.store.latest.read(never)).rejects.toMatchObject({ code: 'StoredJsonUnreadable' });
  },
);
