import { expect, inject, test } from 'vitest';
import { never } from '../support/stores.ts';
import {
  type AppSystem,
  bothEngines,
  newAccount,
  outcomeOf,
  probeApp,
  startApp,
  startRun,
  testNewest,
} from './app-system.ts';
import type { Passage } from './gate.ts';
import { comparable, endOf, startProbe, statusOf } from './orchestrations.ts';
import { type EngineName, type System, startSystem } from './systems.ts';
import { until } from './until.ts';

/*
 * The host, the worker or both are killed. In the built-in host they are one process, which counts as a killed worker.
 */
const engine = inject('engineVersion');
const small = { subscriptions: 5, vms: 3 };
const instanceId = 'inventory-run';
const steps = ['plan', 'collect', 'publish', 'report'];
const kinds = ['worker', 'host', 'both'] as const;

testNewest.each(kinds)('A run survives that the %s is killed in each of its steps', async (what) => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using app = await startApp(name, small);
    const { system } = app;
    let run = { id: '', status: 0 };
    for (const step of steps) {
      // Its work is done, and the engine has not heard of it.
      const held = system.gate.hold((passage) => passage.name === step && passage.when === 'end');
      if (step === 'plan') run = await startRun(system);
      await held.waits;
      await hasScheduled(system, step);
      await system.kill(what);
      held.release();
      await system.restart();
    }
    return outcomeOf(app, run.id);
  });

  expect(real).toMatchObject({ run: { status: 'succeeded' }, reason: null, lines: 1 });
  expect(standIn).toEqual(real);
});

/** Waits until the turn that has scheduled a step is over, which the engine shows by the custom status of that turn. */
function hasScheduled(system: System, step: string): Promise<unknown> {
  return until(
    () => statusOf(system, instanceId),
    ({ body }) => body.customStatus?.step === step,
  );
}

const turn = (number: number) => {
  let count = 0;
  return ({ name, when }: Passage) => when === 'begin' && /^(inventory-run|probe)$/.test(name) && ++count === number;
};

test.concurrent.each([1, 3])('The watchdog drives a run whose worker is killed in turn %i', async (number) => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using app = await startApp(name, small);
    const { system } = app;
    const held = system.gate.hold(turn(number));
    const starting = startRun(system);
    await held.waits;
    const { id } = await starting;
    await system.kill('worker');
    held.release();
    await system.restart();
    const { body } = await endOf(system, instanceId);
    await watch(app, id);
    const { run, lines, dump } = await outcomeOf(app, id);
    return { runtimeStatus: body.runtimeStatus, output: body.output, run, lines, dump };
  });

  expect(real).toMatchObject({ runtimeStatus: 'Failed', run: { status: 'succeeded' }, lines: 1 });
  expect(standIn).toEqual(real);
});

/** Runs the watchdog. A younger record may belong to a start that is under way. */
async function watch({ system, target }: AppSystem, id: string): Promise<void> {
  await until(
    async () => (await target.store.runs.read(id, never))?.ageMs ?? 0,
    (ageMs) => ageMs >= 5_000,
  );
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  const { status } = await fetch(`${system.url}/admin/functions/inventory-watchdog`, init);
  expect(status).toBe(202);
}

testNewest('A turn whose host is killed is repeated by the next host', async () => {
  await using app = await startApp(engine, small);
  const { system } = app;
  const held = system.gate.hold(turn(2));
  const { id } = await startRun(system);
  await held.waits;
  await system.kill('both');
  held.release();
  await system.restart();

  expect(await outcomeOf(app, id)).toMatchObject({ run: { status: 'succeeded' }, lines: 1 });
});

testNewest('When one of two instances is killed, the other one ends the run', async () => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using app = await startApp(name, small);
    const [one, two] = [app.system, await app.startSecond()];
    const collects = ({ name: step, when }: Passage) => step === 'collect' && when === 'end';
    const [inOne, inTwo] = [one.gate.hold(collects), two.gate.hold(collects)];
    const { id } = await startRun(one);
    const [collecting, other] = await Promise.race([
      inOne.waits.then(() => [one, two] as const),
      inTwo.waits.then(() => [two, one] as const),
    ]);
    await hasScheduled(collecting, 'collect');
    const refused = await startRun(other);
    await collecting.kill('both');
    inOne.release();
    inTwo.release();
    return { refused: refused.status, outcome: await outcomeOf(app, id, [one, two]) };
  });

  expect(real).toMatchObject({ refused: 409, outcome: { run: { status: 'succeeded' }, lines: 1 } });
  expect(standIn).toEqual(real);
});

test.concurrent.each([1, 2])('An orchestration whose worker is killed in turn %i fails for good', async (number) => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using system = await startProbeApp(name);
    const held = system.gate.hold(turn(number));
    const calls = [1, 2].map((value) => ({ call: 'work', input: { id: `${value}`, value } }));
    await startProbe(system, 'one', [{ status: 'begun' }, ...calls]);
    await held.waits;
    await system.kill('worker');
    held.release();
    await system.restart();
    return comparable(await endOf(system, 'one'));
  });

  expect(real.body.runtimeStatus).toBe('Failed');
  expect(standIn).toEqual(real);
});

test.concurrent('An activity that a new version lacks fails the orchestrations that had called it', async () => {
  const [real, standIn] = await bothEngines(engine, async (name) => {
    await using system = await startProbeApp(name);
    const held = system.gate.hold((passage) => passage.name === 'other' && passage.when === 'begin');
    await startProbe(system, 'one', [{ status: 'begun' }, { call: 'other', input: { id: 'x' } }]);
    await held.waits;
    await until(
      () => statusOf(system, 'one'),
      ({ body }) => body.customStatus === 'begun',
    );
    await system.kill('both');
    held.release();
    await system.restart({ WITHOUT_OTHER: 'true' });
    return comparable(await endOf(system, 'one'));
  });

  expect(real.body.runtimeStatus).toBe('Failed');
  expect(standIn).toEqual(real);
});

async function startProbeApp(name: EngineName): Promise<System> {
  return startSystem({ engine: name, app: probeApp, connectionString: await newAccount() });
}
