import { expect, inject, test } from 'vitest';
import { type AppSystem, endOfRun, type Outcome, outcomeOf, startApp, startRun, statusOf } from './app-system.ts';
import type { EngineName } from './systems.ts';

/*
 * The built app on the real engine and on the stand-in: each case runs on both, and must end alike.
 */
const engine = inject('engineVersion');

async function both<Result>(run: (engine: EngineName) => Promise<Result>): Promise<readonly [Result, Result]> {
  return Promise.all([run(engine), run('stand-in')]);
}

test.concurrent('Two days end alike, and leave the same inventory', async () => {
  const [real, standIn] = await both(async (name) => {
    await using app = await startApp(name, { subscriptions: 12, vms: 10 });
    const outcomes: Outcome[] = [];
    const statuses: unknown[] = [];
    for (const day of [1, 2] as const) {
      app.azure.tenant.enterState(day);
      const { id } = await startRun(app.system);
      outcomes.push(await outcomeOf(app, id));
      statuses.push(await endedOrchestration(app, id));
    }
    return { outcomes, statuses };
  });

  expect(real.outcomes.map(({ run, lines }) => [run.status, lines])).toEqual([
    ['succeeded', 1],
    ['succeeded', 1],
  ]);
  expect(real).toEqual(standIn);
});

async function endedOrchestration({ system }: AppSystem, runId: string): Promise<unknown> {
  await expect.poll(async () => (await statusOf(system, 'inventory-run')).body.runtimeStatus).toBe('Completed');
  const { body } = await statusOf(system, 'inventory-run');
  expect(body).toMatchObject({ input: { runId }, output: { runId, outcome: 'succeeded' } });
  const { name, instanceId, runtimeStatus, customStatus } = body;
  return { name, instanceId, runtimeStatus, customStatus: { ...customStatus, runId: null, requests: null } };
}
void endOfRun;
