import { beforeEach, expect, test } from 'vitest';
import type { Run } from '../../lib/inventory/run.ts';
import { type RunResumption, resumeRun } from '../../lib/run/resume-run.ts';
import { newRunRecord } from '../../lib/run/run-record.ts';
import { newAzuriteAccount } from '../support/azurite-account.ts';
import { never, newStore, type TestStore } from '../support/stores.ts';

const azurite = await newAzuriteAccount();
const runId = '20261121T060000Z-3f2a';
const minute = 60_000;
let target: TestStore;
let drives: string[];
let lines: string[];
let ended: Run[];

beforeEach(() => {
  target = newStore(azurite.connectionString);
  drives = [];
  lines = [];
  ended = [];
});

async function record(claimed: boolean): Promise<void> {
  await target.store.runs.create(newRunRecord(runId, 'timer', null, '2026-11-21T06:00:00.000Z'), never);
  if (claimed) await target.store.claim.take(runId, null, never);
}

/**
 * The watchdog finds a record of that age. Storage's own clock cannot be moved, so the age is added.
 * @param before how the engine has ended the run; null = it is under way
 */
async function watch(ageMs: number, before: string | null, more: Partial<RunResumption> = {}): Promise<Run | null> {
  const { store } = target;
  const read: typeof store.runs.read = async (id, signal) => {
    const found = await store.runs.read(id, signal);
    return found === null ? null : { ...found, ageMs };
  };
  const request: RunResumption = {
    store: { ...store, runs: { ...store.runs, read } },
    timeoutMinutes: 60,
    publishedRun: async () => null,
    ended: async (run) => void ended.push(run),
    drive: async (id, driven) => {
      drives.push(`${id} ${driven}`);
      return before;
    },
    warn: (line) => lines.push(line),
    ...more,
  };
  await resumeRun(request, never);
  return (await store.runs.read(runId, never))?.run ?? null;
}

test('Nothing is driven, written or logged before the first run, after it, or while it starts or is under way', async () => {
  await watch(0, 'Failed');
  await record(true);
  await watch(4_000, 'not started');
  const running = await watch(5 * minute, null);
  const done = await target.store.runs.update(runId, (run) => ({ ...run, status: 'succeeded' }), never);
  await watch(5 * minute, 'Completed');

  expect(drives).toEqual([`${runId} known`]);
  expect(running).toMatchObject({ status: 'running', reason: null });
  expect(done.status).toBe('succeeded');
  expect([lines, ended]).toEqual([[], []]);
});

test('A run whose orchestration has died continues, with one line and a reason', async () => {
  await record(true);

  const run = await watch(5 * minute, 'Failed: Non-Deterministic workflow detected');

  expect(run).toMatchObject({ status: 'running', progress: { restarts: 1 }, reason: { code: 'RunResumed' } });
  expect(run?.reason?.message).toContain('Failed: Non-Deterministic workflow detected');
  expect(lines).toEqual([expect.stringContaining(`RunResumed: The orchestration of run ${runId} had died (Failed: `)]);
});

test('A run that makes no progress is started again, whatever its orchestration says', async () => {
  await record(true);

  const run = await watch(15 * minute, 'Running');

  expect(drives).toEqual([`${runId} stalled`]);
  expect(run?.progress.restarts).toBe(1);
});

test('A run whose start died before the claim gets it, unless that start may still be under way', async () => {
  await record(false);
  await watch(1 * minute, 'not started');
  const early = await target.store.claim.read(never);

  await watch(3 * minute, 'not started');

  expect(early).toBeNull();
  expect(await target.store.claim.read(never)).toMatchObject({ runId });
  expect(drives).toEqual([`${runId} known`]);
});

test('A run whose orchestration dies again and again ends as failed, and is logged', async () => {
  await record(true);
  for (let death = 1; death <= 3; death++) await watch(5 * minute, 'Failed: Boom');

  const run = await watch(5 * minute, 'Failed: Boom');

  expect(run).toMatchObject({ status: 'failed', reason: { code: 'OrchestrationFailed' } });
  expect(run?.reason?.message).toContain('Failed: Boom');
  expect([lines.length, ended]).toEqual([3, [run]]);
});

test('A run without progress for the run timeout ends: as timed out, or as succeeded if it was published', async () => {
  await record(true);
  const timedOut = await watch(60 * minute, 'Running');
  await target.store.runs.update(runId, (run) => ({ ...run, status: 'running' }), never);
  const published: Run = { ...newRunRecord(runId, 'timer', null, '2026-11-21T06:00:00.000Z'), status: 'succeeded' };

  const succeeded = await watch(60 * minute, 'Running', { publishedRun: async () => published });

  expect([timedOut?.status, succeeded?.status]).toEqual(['timedOut', 'succeeded']);
  expect([drives, ended.map(({ status }) => status)]).toEqual([[], ['timedOut', 'succeeded']]);
});
