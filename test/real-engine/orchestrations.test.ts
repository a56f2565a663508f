import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { newAccount, probeApp } from './app-system.ts';
import { comparable, endOf, messagesOf, startProbe, statusOf, terminate, turnsOf } from './orchestrations.ts';
import type { Call, Step, WorkInput } from './probe-app.ts';
import { type EngineName, type System, startSystem } from './systems.ts';
import { until } from './until.ts';

/*
 * The engine of the built-in host against the real one: what orchestrators receive, and what clients see, is the same.
 */
const engine = inject('engineVersion');
let real: System;
let standIn: System;
let number = 0;

beforeAll(async () => {
  [real, standIn] = await Promise.all([start(engine), start('stand-in')]);
});
afterAll(() => Promise.all([real, standIn].map((system) => system?.[Symbol.asyncDispose]())));

async function start(name: EngineName): Promise<System> {
  return startSystem({ engine: name, app: probeApp, connectionString: await newAccount() });
}

/** Does the same on both. */
async function both<Result>(act: (system: System) => Promise<Result>): Promise<readonly [Result, Result]> {
  return Promise.all([act(real), act(standIn)]);
}

const work = (input: Partial<WorkInput> = {}): Call => ({ call: 'work', input: { id: `work${number++}`, ...input } });
const newId = () => `instance${number++}`;
const divert = (first: Step, replayed: Step | null): Step => ({ first, replayed });
const failing = (message: string) => work({ failures: 9, message });

test.concurrent.each<[what: string, steps: readonly Step[]]>([
  ['returns nothing', []],
  ['calls activities', [work({ value: { x: [1, null, 'é"\\'] } }), work({ value: 'text' }), work()]],
  ['waits for timers', [{ timerMs: 1_700 }, work({ value: 1 }), { timerMs: -5 }]],
  ['has a failing activity', [failing('[Code] text "x" \\ é\nsecond line [hint] do it'), work({ value: 1 })]],
  ['has an activity that fails without a message', [failing('')]],
  ['has an activity that fails with a long message', [failing('x'.repeat(20_000))]],
  ['tries an activity again', [{ ...work({ failures: 1, value: 2 }), attempts: 3 }]],
  ['tries an activity until its last attempt', [{ ...failing('Boom'), attempts: 2 }, work({ value: 1 })]],
  ['waits for no task', [{ all: [] }]],
  ['throws', [work({ value: 1 }), { throw: 'Oh no' }]],
  ['throws a text with the mark of the library', [{ throw: 'One\n\n$Two' }]],
  ['throws while a task fails', [{ allOrThrow: [failing('Boom')] }]],
  ['calls another activity than before', [divert(work({ value: 1 }), { call: 'other', input: { id: 'x' } })]],
  ['waits for a timer instead of an activity', [divert(work({ value: 1 }), { timerMs: 1 })]],
  ['calls an activity instead of a timer', [divert({ timerMs: 1 }, work())]],
  ['leaves out an activity', [{ status: 'before' }, divert(work({ value: 1 }), null)]],
  ['leaves out a timer', [divert({ timerMs: 1 }, null)]],
  ['leaves out an activity and throws', [divert(work({ value: 1 }), { throw: 'Oh no' })]],
  ['has a status', [{ status: { step: 1 } }, work(), { status: { step: 2 } }]],
  ['has a status when it throws', [{ status: 'one' }, work(), { status: 'two' }, { throw: 'Oh no' }]],
  ['has a status that just fits', [{ status: 'x'.repeat(8_701) }]],
  ['has a status that is too long', [{ status: 'x'.repeat(8_702) }]],
  ['has a status that is too long in a later turn', [work(), { status: 'x'.repeat(20_000) }]],
])('An orchestration that %s', async (_, steps) => {
  const id = newId();
  const [first, second] = await both(async (system) => {
    const started = (await startProbe(system, id, steps)).status;
    return { started, end: comparable(await endOf(system, id)), turns: turnsOf(system, id) };
  });

  expect(second).toEqual(first);
});

test.concurrent('Events that arrive during a turn come together in the next one', async () => {
  const id = newId();
  const tasks = Array.from({ length: 12 }, (_, value) => work({ value }));
  const [first, second] = await both(async (system) => {
    await startProbe(system, id, [{ all: tasks }]);
    const { body } = await endOf(system, id);
    return { output: body.output, together: messagesOf(turnsOf(system, id)).some((count) => count > 1) };
  });

  expect(first.together).toBe(true);
  expect(second).toEqual(first);
});

test.concurrent.each<[what: string, steps: (unknown: Call) => readonly Step[]]>([
  ['alone', (unknown) => [unknown, work()]],
  ['with retries', (unknown) => [{ ...unknown, attempts: 2 }]],
  ['beside others', (unknown) => [{ all: [unknown, work({ value: 1 })] }]],
])('An orchestration that calls an activity that does not exist hangs: %s', async (_, steps) => {
  const [id, later] = [newId(), newId()];
  const [hanging, ending] = [steps({ call: 'no-such', input: { id: 'x' } }), [work(), { timerMs: 2_000 }, work()]];
  const [first, second] = await both(async (system) => {
    await startProbe(system, id, hanging);
    await startProbe(system, later, ending);
    await endOf(system, later);
    return { status: comparable(await statusOf(system, id)), turns: turnsOf(system, id) };
  });

  expect(first.status.body.runtimeStatus).toBe('Running');
  expect(second).toEqual(first);
  expect(standIn.lines.filter((line) => line.includes('no-such'))).toEqual([]);
});

test.concurrent('An orchestrator that throws an error without a message', async () => {
  const id = newId();
  await both((system) => startProbe(system, id, [{ throw: '' }]));
  const ended = comparable(await endOf(standIn, id));

  expect(ended.body.runtimeStatus).toBe('Failed');
  if (engine === '3.19.0') expect(ended).toEqual(comparable(await endOf(real, id)));
  else expect((await statusOf(real, id)).body.runtimeStatus).toMatch(/^(Pending|Running)$/);
});

test.concurrent('Of several starts of one instance at once all are accepted, and one runs', async () => {
  const [first, second] = await both(async (system) => {
    const startAll = async () => {
      const id = newId();
      const starts = [1, 2, 3].map((value) => startProbe(system, id, [work({ value })]));
      return { id, statuses: (await Promise.all(starts)).map(({ status }) => status) };
    };
    // On a busy machine one may come after the others.
    const { id, statuses } = await until(startAll, (started) => started.statuses.every((status) => status === 202));
    const { body } = await endOf(system, id);
    return { statuses, results: body.output.length };
  });

  expect(first).toEqual({ statuses: [202, 202, 202], results: 1 });
  expect(second).toEqual(first);
});

test.concurrent('Clients see missing, running, terminated and ended instances', async () => {
  const id = newId();
  const [first, second] = await both(async (system) => {
    const answers = [await statusOf(system, id), await terminate(system, id, 'why')];
    await startProbe(system, id, [{ status: 'waits' }, { timerMs: 3_600_000 }]);
    await until(
      () => statusOf(system, id),
      ({ body }) => body.customStatus === 'waits',
    );
    answers.push(await statusOf(system, id), await startProbe(system, id, []), await terminate(system, id, 'why'));
    answers.push(await endOf(system, id), await terminate(system, id, 'again'));
    return answers.map(comparable);
  });

  expect(first.map(({ status }) => status)).toEqual([404, 404, 202, 409, 202, 200, 410]);
  expect(second).toEqual(first);
});
