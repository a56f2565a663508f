import { type DurableOrchestrationStatus, OrchestrationRuntimeStatus } from 'durable-functions';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { driveRun } from '../../functions/drive-run.ts';
import { never } from '../support/stores.ts';

const runId = '20261121T060000Z-3f2a';
const earlier = '20261121T000000Z-0001';
const later = '20261121T120000Z-0002';
const { Running, Completed, Failed } = OrchestrationRuntimeStatus;

/** Calls of the engine, other than for its status. */
let calls: string[];
// The start waits ten seconds for the end of another run; each look takes six.
beforeEach(() => {
  calls = [];
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => void vi.useRealTimers());

/** An engine whose instance has these runs as its input, one after another; null = it has ended. */
function engine(...runs: readonly (string | null)[]) {
  let looks = 0;
  return {
    async getStatus(instanceId: string): Promise<DurableOrchestrationStatus> {
      vi.advanceTimersByTime(6_000);
      const found = runs[Math.min(looks++, runs.length - 1)] ?? null;
      const at = new Date('2026-11-21T06:00:00Z');
      return {
        name: 'inventory-run',
        instanceId,
        createdTime: at,
        lastUpdatedTime: at,
        output: null,
        input: { runId: found ?? earlier },
        runtimeStatus: found === null ? Completed : Running,
      };
    },
    async startNew(name: string): Promise<string> {
      calls.push(`start ${name}`);
      return name;
    },
    async terminate(): Promise<void> {
      calls.push('terminate');
    },
  };
}

test('A run is started if none is under way, and left alone if it is driven already', async () => {
  await driveRun(engine(null), runId, 'new', never);
  await driveRun(engine(runId), runId, 'new', never);

  expect(calls).toEqual(['start inventory-run']);
});

test('The rest of another run gives way to the one that has just started', async () => {
  await driveRun(engine(earlier, earlier, null), runId, 'new', never);

  expect(calls).toEqual(['terminate', 'start inventory-run']);
});

test('A start does not end a run that another start has driven meanwhile', async () => {
  await driveRun(engine(earlier, runId), runId, 'new', never);

  expect(calls).toEqual([]);
});

test('A refused start ends nothing: the next run may have replaced the one that refused it', async () => {
  await driveRun(engine(later, later), runId, 'known', never);

  expect(calls).toEqual([]);
});

test('The orchestration of a run that makes no progress is replaced, although it says that it runs', async () => {
  const replaced = await driveRun(engine(runId, runId, null), runId, 'stalled', never);

  expect(calls).toEqual(['terminate', 'start inventory-run']);
  expect(replaced).toBe('Running');
});

test('What a dead orchestration has said is returned on one line', async () => {
  const dead = engine(null);
  const getStatus = async (id: string) => ({
    ...(await dead.getStatus(id)),
    input: { runId },
    runtimeStatus: Failed,
    output: "Orchestrator function 'inventory-run' failed: Non-Deterministic\nworkflow detected",
  });

  const replaced = await driveRun({ ...dead, getStatus }, runId, 'known', never);

  expect(replaced).toBe("Failed: Orchestrator function 'inventory-run' failed: Non-Deterministic workflow detected");
});

test('An engine that does not say what is under way is reported, with a hint', async () => {
  const silent = {
    ...engine(null),
    async getStatus(): Promise<never> {
      throw new Error('The operation failed with an unexpected HTTP status code: 500');
    },
  };

  const driven = driveRun(silent, runId, 'new', never);

  await expect(driven).rejects.toMatchObject({ code: 'OrchestrationFailed', hint: expect.stringContaining('log') });
  expect(calls).toEqual([]);
});

/** An engine that accepts a request and never answers. */
const silence = () => new Promise<never>(() => undefined);

test.each([
  ['its status', engine(null), { getStatus: silence }],
  ['a start', engine(null), { startNew: silence }],
  ['an end', engine(earlier), { terminate: silence }],
])('A start ends with its caller while the engine does not answer for %s', async (_, client, silent) => {
  const caller = new AbortController();

  const driven = driveRun({ ...client, ...silent }, runId, 'new', caller.signal);
  setImmediate(() => caller.abort());

  await expect(driven).rejects.toMatchObject({ code: 'OrchestrationFailed', hint: expect.stringContaining('log') });
});

test('A start ends by itself when the engine does not answer', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });

  const driven = driveRun({ ...engine(null), getStatus: silence }, runId, 'new', never);
  vi.advanceTimersByTime(30_000);

  await expect(driven).rejects.toMatchObject({ code: 'OrchestrationFailed' });
});

test('A start ends with its caller while another run winds down', async () => {
  const caller = new AbortController();

  const driven = driveRun(engine(earlier), runId, 'new', caller.signal);
  setImmediate(() => caller.abort());

  await expect(driven).rejects.toMatchObject({ code: 'OrchestrationFailed' });
});

test('A start that the engine accepted too late gives way to the next run', async () => {
  const answered = Promise.withResolvers<string>();
  const caller = new AbortController();
  const slow = { ...engine(null), startNew: () => answered.promise };
  const given = driveRun(slow, earlier, 'new', caller.signal);
  setImmediate(() => caller.abort());
  await expect(given).rejects.toMatchObject({ code: 'OrchestrationFailed' });
  answered.resolve('inventory-run');

  await driveRun(engine(earlier, earlier, null), runId, 'new', never);

  expect(calls).toEqual(['terminate', 'start inventory-run']);
});
