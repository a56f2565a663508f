import { InvocationContext, type LogLevel } from '@azure/functions';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { supplyCoreModule } from '../../local/host/core-module.ts';
import { runActivity } from '../../local/host/durable/activity.ts';
import {
  endOf,
  eventTypes,
  type HistoryEvent,
  type Message,
  pendingOf,
  stamp,
  type TaskScheduled,
  type TimerCreated,
} from '../../local/host/durable/history.ts';
import { takeTurn } from '../../local/host/durable/turn.ts';
import { createHooks } from '../../local/host/hooks.ts';
import type { HostedFunction, Invoke } from '../../local/host/invocation.ts';
import { allCases, caseCount } from '../support/cases.ts';

const runId = '20261121T060000Z-3f2a';
const messageLimitBytes = 45 * 1024;
const core = supplyCoreModule(createHooks());
let orchestrator: HostedFunction;

beforeAll(async () => {
  await import('../../functions/inventory-run.ts');
  const registered = core.finish().functions.find(({ metadata }) => metadata.name === 'inventory-run');
  if (registered === undefined) throw new Error('The orchestrator is not registered.');
  const trigger = { type: 'orchestrationTrigger', direction: 'in' } as const;
  orchestrator = { name: 'inventory-run', ...registered, triggerName: 'context', trigger, inputs: {} };
});
afterAll(() => core.dispose());

/** Calls the registered handler as the library wraps it. Input and output are JSON. */
let returned = false;
let errors: string[] = [];
const logHandler = (level: LogLevel, ...line: unknown[]) => {
  if (level === 'error') errors.push(line.join(' '));
};
const invoke: Invoke = async (fn, { data }) => {
  const state = await fn.callback(JSON.parse(data.json ?? ''), new InvocationContext({ logHandler }));
  returned = typeof state === 'object' && state !== null && 'isDone' in state && state.isDone === true;
  return { returnValue: { json: JSON.stringify(state) } };
};

/** What an activity does at its n-th call with one input: an outcome, or an error's message. */
type Activity = (input: Record<string, unknown>, call: number) => unknown;
type Activities = Readonly<Record<string, Activity>>;

const done = (counts: Record<string, number>) => ({ outcome: 'done', counts });
const good: Activities = {
  plan: () => done({ batches: 3, subscriptions: 30 }),
  collect: () => done({ subscriptions: 10, virtualMachines: 100, requests: 30 }),
  publish: () => done({ finishedAtMs: 1_700_000_000_123 }),
  report: () => done({}),
  fail: () => done({}),
};

interface Driven {
  readonly history: readonly HistoryEvent[];
  /** Activities by name and input, in the order of scheduling. */
  readonly scheduled: readonly string[];
  /** What it returned, or the text of what it threw. */
  readonly output: unknown;
  readonly status: string | undefined;
  /** Lines logged as errors. */
  readonly errors: readonly string[];
}

/**
 * An engine without passing time, each turn checked against the whole history.
 * @param next picks the pending event that completes next, by their number
 * @param atOnce how many of the pending events arrive in one turn
 */
async function drive(
  activities: Activities,
  next: (count: number) => number,
  atOnce: (count: number) => number = () => 1,
): Promise<Driven> {
  const instance = { instanceId: 'one', orchestrator, invoke, isActivity: (name: string) => name in activities };
  errors = [];
  const calls = new Map<string, number>();
  const now = new Date('2026-11-21T06:00:00.000Z');
  const input = JSON.stringify({ runId });
  const history: HistoryEvent[] = [
    { ...stamp(now), EventType: eventTypes.OrchestratorStarted },
    { ...stamp(now), EventType: eventTypes.ExecutionStarted, Name: 'inventory-run', Input: input, ExecutionId: '1' },
  ];
  const fired = ({ EventId: TimerId, FireAt }: TimerCreated): Message => {
    return { ...stamp(now), EventType: eventTypes.TimerFired, TimerId, FireAt };
  };
  const complete = (event: TaskScheduled): Promise<Message> =>
    runActivity(orchestrator, event, async () => {
      const key = `${event.Name} ${event.Input}`;
      const call = (calls.get(key) ?? 0) + 1;
      calls.set(key, call);
      const result = activities[event.Name]?.(JSON.parse(event.Input), call);
      if (result instanceof Error) throw result;
      return { returnValue: { json: JSON.stringify(result) } };
    });
  for (let messages: Message[] = []; ; ) {
    history.push(...(await takeTurn({ ...instance, history, messages, now })));
    const pending = pendingOf(history);
    // It returned while a task was under way: it mistook one event for another.
    if (returned && pending.length > 0) throw new Error('It returned before all of its tasks had completed.');
    if (endOf(history) !== undefined || pending.length === 0) break;
    messages = [];
    for (let count = atOnce(pending.length); count > 0; count -= 1) {
      const [event] = pending.splice(next(pending.length), 1);
      if (event === undefined) throw new Error('There is no event of that number.');
      messages.push(event.EventType === eventTypes.TimerCreated ? fired(event) : await complete(event));
    }
  }
  const end = endOf(history);
  return {
    history,
    scheduled: history.flatMap((event) =>
      event.EventType === eventTypes.TaskScheduled ? [`${event.Name} ${event.Input}`] : [],
    ),
    output: end?.OrchestrationStatus === 'Completed' ? JSON.parse(end.Result) : end?.Result,
    status: end?.OrchestrationStatus,
    errors,
  };
}

test('A run is planned, collected side by side, published and reported, in that order', async () => {
  const { scheduled, status, output } = await drive(good, () => 0);

  expect([status, output]).toEqual(['Completed', { runId, outcome: 'succeeded' }]);
  expect(scheduled).toEqual([
    `plan {"runId":"${runId}"}`,
    ...[0, 1, 2].map((batch) => `collect {"runId":"${runId}","batch":${batch}}`),
    `publish {"runId":"${runId}"}`,
    `report {"runId":"${runId}","finishedAtMs":1700000000123}`,
  ]);
});

test('In any order of activities and timers, and with any number of failures, a run ends', async () => {
  // How often each activity fails before it succeeds; four failures are final.
  const failures = fc.record({
    plan: fc.nat(4),
    collect: fc.array(fc.nat(4), { maxLength: 5 }),
    publish: fc.nat(4),
    report: fc.nat(4),
  });
  const order = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));

  await fc.assert(
    fc.asyncProperty(failures, order, async (times, numbers) => {
      const failing = (count: number, call: number, result: unknown) =>
        call <= count ? new Error('[StorageUnavailable] busy [hint] wait') : result;
      const activities: Activities = {
        plan: (_, call) => failing(times.plan, call, done({ batches: times.collect.length, subscriptions: 9 })),
        collect: ({ batch }, call) => failing(times.collect[Number(batch)] ?? 0, call, good.collect?.({}, 1)),
        publish: (_, call) => failing(times.publish, call, done({ finishedAtMs: 1 })),
        report: (_, call) => failing(times.report, call, done({})),
        fail: () => done({}),
      };

      const below = (count: number): number => Math.floor(Number(numbers.next().value) * count);
      const { history, scheduled, status, output } = await drive(activities, below, (count) => 1 + below(count));

      const lost = [times.plan, ...times.collect, times.publish, times.report].includes(4);
      expect([status, output]).toEqual(['Completed', { runId, outcome: lost ? 'failed' : 'succeeded' }]);
      expect(pendingOf(history)).toEqual([]);
      expect(scheduled.filter((text) => text.startsWith('fail '))).toHaveLength(lost ? 1 : 0);
      const published = scheduled.findIndex((text) => text.startsWith('publish '));
      expect(scheduled.findLastIndex((text) => text.startsWith('collect '))).toBeLessThan(
        published < 0 ? Number.POSITIVE_INFINITY : published,
      );
    }),
    { numRuns: caseCount('PROPERTY_RUNS', { few: 60, many: 600 }) },
  );
});

test('A permanent failure is not retried, and its whole reason arrives', async () => {
  const reason = { code: 'NoToken', message: 'Nothing listens', hint: 'Turn on the identity' };
  const { scheduled, output } = await drive({ ...good, plan: () => ({ outcome: 'failed', reason }) }, () => 0);

  expect(output).toEqual({ runId, outcome: 'failed' });
  expect(scheduled.slice(1)).toEqual([`fail ${JSON.stringify({ runId, failure: reason })}`]);
});

const lost = { code: 'StorageDenied', message: 'Cannot write run.json', hint: null };
test.each<[how: string, fail: Activity]>([
  ['at once', () => ({ outcome: 'failed', reason: lost })],
  ['at every retry', () => new Error(`[${lost.code}] ${lost.message}`)],
])(
  'A run whose end cannot be recorded is logged once, and its orchestration fails with the first cause: %s',
  async (_, fail) => {
    const reason = { code: 'NoToken', message: 'Nothing listens', hint: 'Turn on the identity' };
    const { status, output, errors } = await drive(
      { ...good, plan: () => ({ outcome: 'failed', reason }), fail },
      () => 0,
    );

    expect(status).toBe('Failed');
    expect(output).toContain('[NoToken] Nothing listens [hint] Turn on the identity');
    expect(errors).toEqual([
      `Run ${runId} failed: NoToken: Nothing listens. Turn on the identity. Cannot record the end of run ${runId}: StorageDenied: Cannot write run.json`,
    ]);
  },
);

test('A run that has ended on record stops', async () => {
  const ended = () => ({ outcome: 'ended' });
  const { scheduled, output } = await drive({ ...good, collect: ended }, (count) => count - 1);

  expect(output).toEqual({ runId, outcome: 'ended' });
  expect(scheduled.at(-1)).toBe(`fail ${JSON.stringify({ runId, failure: null })}`);
  expect(scheduled.some((text) => text.startsWith('publish'))).toBe(false);
});

test('A run without batches is published too', async () => {
  const { scheduled, output } = await drive({ ...good, plan: () => done({ batches: 0, subscriptions: 0 }) }, () => 0);

  expect(output).toEqual({ runId, outcome: 'succeeded' });
  expect(scheduled).toHaveLength(3);
});

test.runIf(allCases)('With 500 batches, messages and status stay short', async () => {
  const { history, output } = await drive(
    { ...good, plan: () => done({ batches: 500, subscriptions: 10_000 }) },
    (count) => count - 1,
  );

  const sizes = history.flatMap((event) => {
    if (event.EventType === eventTypes.TaskScheduled) return [event.Input.length];
    if (event.EventType === eventTypes.TaskCompleted) return [event.Result.length];
    return event.EventType === eventTypes.OrchestratorCompleted ? [JSON.stringify(event.CustomStatus).length] : [];
  });
  expect(output).toEqual({ runId, outcome: 'succeeded' });
  expect(Math.max(...sizes) * 2).toBeLessThan(messageLimitBytes / 10);
});

test('An orchestrator that deviates from its history fails', async () => {
  const { history } = await drive(good, () => 0);
  const changed = history.map((event) =>
    event.EventType === eventTypes.TaskScheduled && event.Name === 'publish' ? { ...event, Name: 'unpublish' } : event,
  );
  const untilThere = changed.slice(0, changed.findIndex((event) => 'Name' in event && event.Name === 'unpublish') + 2);
  const published = untilThere.findLast((event) => event.EventType === eventTypes.TaskScheduled)?.EventId ?? -1;
  const now = new Date();
  const message = {
    ...stamp(now),
    EventType: eventTypes.TaskCompleted,
    TaskScheduledId: published,
    Result: '{}',
  } as const;

  const instance = { instanceId: 'one', orchestrator, invoke, isActivity: () => true };
  const events = await takeTurn({ ...instance, history: untilThere, messages: [message], now });

  expect(endOf(events)).toMatchObject({
    OrchestrationStatus: 'Failed',
    Result: expect.stringContaining('Non-Deterministic workflow detected'),
  });
});
