import { expect, inject, test } from 'vitest';
import { type BlobProxy, startBlobProxy } from '../support/blob-proxy.ts';
import {
  type AppSystem,
  bothEngines,
  endOfRun,
  type Outcome,
  outcomeOf,
  startApp,
  startRun,
  testNewest,
} from './app-system.ts';
import { endOf, statusOf, terminate } from './orchestrations.ts';
import { until } from './until.ts';

/*
 * The built app on the real engine and on the stand-in: each case runs on both, and must end alike.
 */
const engine = inject('engineVersion');
const small = { subscriptions: 5, vms: 3 };
/** Of 12 batches. */
const large = { subscriptions: 200, vms: 1 };
const instanceId = 'inventory-run';

test.concurrent('Two days end alike, and leave the same inventory', async () => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using app = await startApp(name, { subscriptions: 12, vms: 10 });
    const outcomes: Outcome[] = [];
    const ends: unknown[] = [];
    for (const day of [1, 2] as const) {
      app.azure.tenant.enterState(day);
      const { id } = await startRun(app.system);
      outcomes.push(await outcomeOf(app, id));
      ends.push(await endOfOrchestration(app, id));
    }
    return { outcomes, ends };
  });

  expect(real.outcomes.map(({ run, lines }) => [run.status, lines])).toEqual([
    ['succeeded', 1],
    ['succeeded', 1],
  ]);
  expect(standIn).toEqual(real);
});

/** As clients see it. How many requests a run made depends on the order of answers. */
async function endOfOrchestration({ system }: AppSystem, runId: string): Promise<unknown> {
  const { body } = await endOf(system, instanceId);
  expect(body).toMatchObject({ input: { runId }, output: { runId } });
  const { name, runtimeStatus, output, customStatus } = body;
  return {
    name,
    runtimeStatus,
    outcome: output.outcome,
    customStatus: { ...customStatus, runId: null, requests: null },
  };
}

testNewest.each([
  ['every one of them at last succeeds', 3, 'succeeded'],
  ['one of them never does', 4, 'failed'],
])('12 batches, some of which fail some times, and %s', async (_, most, status) => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using app = await startApp(name, large);
    const attempts = new Map<number, number>();
    app.system.gate.failureOf = ({ name: called, when, input }) => {
      if (called !== 'collect' || when !== 'begin') return null;
      const { batch } = Object(input);
      const attempt = (attempts.get(batch) ?? 0) + 1;
      attempts.set(batch, attempt);
      const failures = batch === 7 ? most : batch % 3;
      return attempt > failures
        ? null
        : '[StorageUnavailable] The storage service is away: "x" \\ é [hint] Wait for it';
    };
    const { id } = await startRun(app.system);
    const { changes: _, ...outcome } = (await outcomeOf(app, id)).run;
    const { reason } = await endOfRun(app, id);
    return {
      outcome,
      reason,
      attempts: [...attempts].toSorted(([a], [b]) => a - b),
      end: await endOfOrchestration(app, id),
    };
  });

  expect(real.outcome.status).toBe(status);
  expect(real.attempts.map(([, count]) => count)).toEqual([1, 2, 3, 1, 2, 3, 1, 4, 3, 1, 2, 3]);
  expect(standIn).toEqual(real);
});

testNewest('A cancelled run gives way to the next one', async () => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using app = await startApp(name, small);
    const held = app.system.gate.hold((passage) => passage.name === 'collect' && passage.when === 'begin');
    const first = await startRun(app.system);
    await held.waits;
    const { status } = await fetch(`${app.system.url}/api/runs/${first.id}`, { method: 'DELETE' });
    held.release();
    const second = await startRun(app.system);
    return {
      statuses: [status, second.status],
      outcomes: [await outcomeOf(app, second.id), await outcomeOf(app, first.id)],
    };
  });

  expect(real.outcomes.map(({ run }) => run.status)).toEqual(['succeeded', 'cancelled']);
  expect(standIn).toEqual(real);
});

testNewest('A run whose orchestration was terminated is driven again by the next start', async () => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using app = await startApp(name, small);
    const held = app.system.gate.hold((passage) => passage.name === 'collect' && passage.when === 'end');
    const { id } = await startRun(app.system);
    await held.waits;
    const terminated = await terminate(app.system, instanceId, 'Stopped');
    const { body } = await endOf(app.system, instanceId);
    held.release();
    const again = await startRun(app.system);
    const isSame = again.id === id;
    return { terminated, statuses: [body.runtimeStatus, again.status], isSame, outcome: await outcomeOf(app, id) };
  });

  expect(real).toMatchObject({
    statuses: ['Terminated', 409],
    isSame: true,
    outcome: { run: { status: 'succeeded' } },
  });
  expect(standIn).toEqual(real);
});

testNewest('Of four starts at once on two instances one makes a run', async () => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using app = await startApp(name, small);
    const second = await app.startSecond();
    const systems = [app.system, second];
    const answers = await Promise.all([...systems, ...systems].map(startRun));
    const ids = new Set(answers.map(({ id }) => id));
    const [id = ''] = ids;
    return {
      statuses: answers.map(({ status }) => status).toSorted(),
      ids: ids.size,
      outcome: await outcomeOf(app, id, systems),
    };
  });

  expect(real).toMatchObject({ statuses: [202, 409, 409, 409], ids: 1, outcome: { run: { status: 'succeeded' } } });
  expect(standIn).toEqual(real);
});

testNewest('A run goes on when storage was away for a while', async () => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    const proxies: BlobProxy[] = [];
    const via = async (connectionString: string): Promise<string> => {
      let led = connectionString;
      for (const origin of new Set(connectionString.match(/http:\/\/[\d.:]+/g))) {
        const proxy = await startBlobProxy(origin);
        proxies.push(proxy);
        led = led.replaceAll(origin, proxy.origin);
      }
      return led;
    };
    await using app = await startApp(name, { ...small, via });
    const { gate } = app.system;
    const held = gate.hold((passage) => passage.name === 'collect' && passage.when === 'begin');
    const { id } = await startRun(app.system);
    await held.waits;
    for (const proxy of proxies) proxy.treat = () => 'cut';
    held.release();
    await until(
      async () => gate.seen.some((passage) => passage.name === 'collect' && passage.when === 'end'),
      (failed) => failed,
    );
    for (const proxy of proxies) proxy.treat = () => 'pass';
    const outcome = await outcomeOf(app, id);
    await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
    return outcome;
  });

  expect(real).toMatchObject({ run: { status: 'succeeded' }, lines: 1 });
  expect(standIn).toEqual(real);
});

testNewest('A start that the engine cannot serve is refused, and the next one succeeds', async () => {
  await using app = await startApp(engine, small);
  await app.system.kill('host');
  const refused = await startRun(app.system);
  await app.system.restart();
  const { status, id } = await startRun(app.system);

  expect([refused.status, status]).toEqual([503, 202]);
  expect((await outcomeOf(app, id)).run.status).toBe('succeeded');
  expect((await statusOf(app.system, instanceId)).body.input).toEqual({ runId: id });
});
