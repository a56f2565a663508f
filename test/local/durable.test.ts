import { getEventListeners } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { createEngine, type Engine } from '../../local/host/durable/engine.ts';
import { endOf, eventTypes, type HistoryEvent, stamp } from '../../local/host/durable/history.ts';
import type { HistoryStore, StoredHistory } from '../../local/host/durable/history-store.ts';
import { driveInstance } from '../../local/host/durable/instance.ts';
import { createSemaphore } from '../../local/host/durable/semaphore.ts';
import { timerDelayMs } from '../../local/host/durable/timer-delay.ts';
import type { HostedFunction, Invoke } from '../../local/host/invocation.ts';

// The engine of the built-in host, with an orchestrator that waits for one timer and histories in memory.

const name = 'waits';
const instanceId = 'one';
let engines: Engine[] = [];
afterEach(() => {
  for (const engine of engines) void engine.stop();
  engines = [];
  vi.useRealTimers();
});

const orchestrator: HostedFunction = {
  name,
  callback: () => undefined,
  triggerName: 'context',
  inputs: {},
  metadata: { name, bindings: {} },
  trigger: { type: 'orchestrationTrigger', direction: 'in' },
};

/** Answers like the library for an orchestrator that waits for one timer and returns. */
function waitingFor(waitMs: number): Invoke {
  return async (_, { data }) => {
    const history: readonly HistoryEvent[] = JSON.parse(data.json ?? '').history;
    const fireAt = new Date(Date.parse(history[0]?.Timestamp ?? '') + waitMs);
    const isDone = history.some(({ EventType }) => EventType === eventTypes.TimerFired);
    const state = { isDone, schemaVersion: 3, actions: [[{ actionType: 5, fireAt }]], output: 'waited' };
    return { returnValue: { json: JSON.stringify(state) } };
  };
}

function memoryStore(): HistoryStore {
  const histories = new Map<string, StoredHistory>();
  const write = (id: string, history: readonly HistoryEvent[], inTurn: boolean): StoredHistory => {
    const stored = { history, inTurn, etag: `${history.length} ${inTurn}` };
    histories.set(id, stored);
    return stored;
  };
  const isNewest = (id: string, stored: StoredHistory | null): boolean => histories.get(id)?.etag === stored?.etag;
  return {
    url: `memory:${crypto.randomUUID()}`,
    list: async () => [...histories.keys()],
    load: async (id) => histories.get(id) ?? null,
    create: async (id, replaces, events) => (isNewest(id, replaces) ? write(id, events, false) : null),
    append: async (id, to, events) =>
      isNewest(id, to) ? write(id, [...to.history, ...events], events.length === 0) : null,
  };
}

/** A history with only its beginning. */
async function begin(store: HistoryStore, orchestratorName = name): Promise<StoredHistory> {
  const now = new Date();
  const execution = { Name: orchestratorName, Input: 'null', ExecutionId: 'first' };
  const begun = await store.create(instanceId, null, [
    { ...stamp(now), EventType: eventTypes.OrchestratorStarted },
    { ...stamp(now), EventType: eventTypes.ExecutionStarted, ...execution },
  ]);
  if (begun === null) throw new Error('There already is a history.');
  return begun;
}

/** @param wait how long the orchestrator waits, or what runs it */
function newEngine(store: HistoryStore, wait: number | Invoke): Engine {
  const engine = createEngine({
    store,
    invoke: typeof wait === 'number' ? waitingFor(wait) : wait,
    activities: new Map(),
    activitiesAtOnce: 1,
    orchestrators: new Map([[name, orchestrator]]),
  });
  engines.push(engine);
  return engine;
}

const outcome = (store: HistoryStore) =>
  expect.poll(async () => endOf((await store.load(instanceId))?.history ?? [])?.OrchestrationStatus, {
    timeout: 5_000,
  });

test('a clock that jumps back by a day does not delay a timer', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T06:00:00Z') });
  const store = memoryStore();
  const append = store.append;

  await newEngine(
    {
      ...store,
      append: (id, to, events) => {
        if (events.length > 0) vi.setSystemTime('2026-11-20T06:00:00Z');
        return append(id, to, events);
      },
    },
    100,
  ).start(name, instanceId, null);

  await outcome(store).toBe('Completed');
});

test('a host that starts without storage continues the remaining instances once storage is back', async () => {
  const store = memoryStore();
  await begin(store);
  let away = 2;
  const list = () => (away-- > 0 ? Promise.reject(new Error('503 ServerBusy')) : store.list());

  newEngine({ ...store, list }, 1).resume();

  await outcome(store).toBe('Completed');
});

test('an ended instance leaves no listener on the signal of its host', async () => {
  const store = memoryStore();
  const { signal } = new AbortController();
  const begun = await begin(store);
  const host = { store, signal, activities: new Map(), invoke: waitingFor(1), limitActivities: createSemaphore(1) };

  const instance = driveInstance(instanceId, orchestrator, begun, host);
  await instance.finished;

  expect(endOf(instance.history)?.OrchestrationStatus).toBe('Completed');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a stopping host ends the driving of a waiting instance', async () => {
  const store = memoryStore();
  const stopping = new AbortController();
  const begun = await begin(store);
  const shared = { store, signal: stopping.signal, activities: new Map(), limitActivities: createSemaphore(1) };
  const instance = driveInstance(instanceId, orchestrator, begun, { ...shared, invoke: waitingFor(3_600_000) });
  await expect.poll(() => instance.history.at(-1)?.EventType).toBe(eventTypes.OrchestratorCompleted);

  stopping.abort();

  await instance.finished;
  expect(endOf(instance.history)).toBeUndefined();
});

test('unresponsive storage is not polled again for the instances of another host', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const store = memoryStore();
  await begin(store, 'unknown here');
  const load = vi.fn(store.load);
  const engine = newEngine({ ...store, load }, 1);
  await engine.history(instanceId);

  load.mockReturnValue(new Promise(() => undefined));
  vi.advanceTimersByTime(10_000);

  expect(load).toHaveBeenCalledTimes(2);
});

test('a turn that its process has begun and not ended fails the instance', async () => {
  const store = memoryStore();
  await store.append(instanceId, await begin(store), []);
  const engine = newEngine(store, 1);

  engine.resume();
  const history = (await engine.history(instanceId)) ?? [];

  expect(endOf(history)).toMatchObject({
    OrchestrationStatus: 'Failed',
    Result: JSON.stringify(
      "Orchestrator function 'waits' failed: One or more errors occurred. (node exited with code 137 (0x89))",
    ),
  });
  expect(await engine.start(name, instanceId, null)).toBe('started');
  await outcome(store).toBe('Completed');
});

test('a stopping host ends the turn that has begun', async () => {
  const store = memoryStore();
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const invoke: Invoke = async (fn, invocation) => {
    begun.resolve();
    await goOn.promise;
    return waitingFor(3_600_000)(fn, invocation);
  };
  const engine = newEngine(store, invoke);
  await engine.start(name, instanceId, null);
  await begun.promise;

  const stopped = engine.stop();
  const during = await store.load(instanceId);
  goOn.resolve();
  await stopped;

  const after = await store.load(instanceId);
  expect([during?.inTurn, after?.inTurn]).toEqual([true, false]);
  expect(after?.history.at(-1)?.EventType).toBe(eventTypes.OrchestratorCompleted);
});

test('of two starts at once in two hosts both are accepted, and one runs', async () => {
  const store = memoryStore();
  const [one, other] = [newEngine(store, 1), newEngine(store, 1)];

  const answers = await Promise.all([one.start(name, instanceId, 1), other.start(name, instanceId, 2)]);

  expect(answers).toEqual(['started', 'started']);
  await outcome(store).toBe('Completed');
});

test.each([
  [-5, 0],
  [1, 0],
  [1_000, 0],
  [1_001, 1_000],
  [2_000, 1_000],
  [16_000, 15_000],
])(
  'a timer of %i ms is sent with a delay of %i ms: whole seconds, and some of the last one has passed',
  (wanted, sent) => {
    expect(timerDelayMs(wanted)).toBe(sent);
  },
);
