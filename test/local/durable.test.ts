import { afterEach, expect, test, vi } from 'vitest';
import { createEngine, type Engine } from '../../local/host/durable/engine.ts';
import { endOf, eventTypes, type HistoryEvent, stamp } from '../../local/host/durable/history.ts';
import type { HistoryStore, StoredHistory } from '../../local/host/durable/history-store.ts';
import type { HostedFunction, Invoke } from '../../local/host/invocation.ts';

// The engine of the built-in host, with an orchestrator that waits for one timer, and histories in memory.

const name = 'waits';
const instanceId = 'one';
let engines: Engine[] = [];
afterEach(() => {
  for (const engine of engines) engine.stop();
  engines = [];
  vi.useRealTimers();
});

const orchestrator: HostedFunction = {
  ...{ name, callback: () => undefined, triggerName: 'context', inputs: {} },
  metadata: { name, bindings: {} },
  trigger: { type: 'orchestrationTrigger', direction: 'in' },
};

/** Answers as the library does for an orchestrator that yields a timer of so long, and returns. */
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
  const write = (id: string, history: readonly HistoryEvent[]): StoredHistory => {
    const stored = { history, etag: String(history.length) };
    histories.set(id, stored);
    return stored;
  };
  return {
    url: `memory:${crypto.randomUUID()}`,
    list: async () => [...histories.keys()],
    load: async (id) => histories.get(id) ?? null,
    create: async (id, _, events) => write(id, events),
    append: async (id, { history }, events) => write(id, [...history, ...events]),
  };
}

function newEngine(store: HistoryStore, waitMs: number): Engine {
  const engine = createEngine({
    ...{ store, invoke: waitingFor(waitMs), activities: new Map(), activitiesAtOnce: 1 },
    orchestrators: new Map([[name, orchestrator]]),
  });
  engines.push(engine);
  return engine;
}

const outcome = (store: HistoryStore) =>
  expect.poll(async () => endOf((await store.load(instanceId))?.history ?? [])?.OrchestrationStatus, {
    timeout: 5_000,
  });

test('A clock that jumps back by a day does not hold a timer up.', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T06:00:00Z') });
  const store = memoryStore();
  const append = store.append;

  await newEngine(
    {
      ...store,
      append: (...written) => {
        vi.setSystemTime('2026-11-20T06:00:00Z');
        return append(...written);
      },
    },
    100,
  ).start(name, instanceId, null);

  await outcome(store).toBe('Completed');
});

test('A host that starts while storage is away goes on with what is left as soon as it is back.', async () => {
  const store = memoryStore();
  const now = new Date();
  await store.create(instanceId, null, [
    { ...stamp(now), EventType: eventTypes.OrchestratorStarted },
    { ...stamp(now), EventType: eventTypes.ExecutionStarted, Name: name, Input: 'null', ExecutionId: 'first' },
  ]);
  let away = 2;
  const list = () => (away-- > 0 ? Promise.reject(new Error('503 ServerBusy')) : store.list());

  newEngine({ ...store, list }, 1).resume();

  await outcome(store).toBe('Completed');
});
