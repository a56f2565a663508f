import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { showProgress } from '../../cli/progress.ts';
import { InventoryError } from '../../lib/errors.ts';
import type { Api } from './api.ts';

const runSchema = v.object({
  id: v.string(),
  status: v.string(),
  complete: v.boolean(),
  startedAt: v.string(),
  finishedAt: v.nullable(v.string()),
  reason: v.nullable(v.object({ code: v.string(), message: v.string(), hint: v.nullable(v.string()) })),
  virtualMachineCount: v.number(),
  principalCount: v.number(),
  coverage: v.object({
    complete: v.number(),
    partial: v.number(),
    failed: v.number(),
    denied: v.number(),
    skipped: v.number(),
    blindSpots: v.nullable(v.number()),
  }),
  /** Numbers by kind. */
  changes: v.record(v.string(), v.number()),
  progress: v.object({
    subscriptionsDone: v.number(),
    subscriptionsTotal: v.number(),
    virtualMachines: v.number(),
    requests: v.number(),
  }),
});
export type FiredRun = v.InferOutput<typeof runSchema>;

const newest = v.object({ value: v.array(runSchema) });

const pollMs = 150;
/** A timer that was fired puts its run on record at once; without it there is nothing to wait for. */
const appearMs = 60_000;

/**
 * Fires the timer through the host, as the portal's "Run" does, and waits until the run has ended, however that may be.
 * @throws {InventoryError} the app refuses (a wrong setting), or no run came
 */
export async function fireRun(api: Api, signal: AbortSignal): Promise<FiredRun> {
  const read = async () => (await api.get('runs?maxpagesize=1', newest, signal)).value[0];
  // one that was under way when the last host ended goes on: it is the one to wait for
  const newestThere = await read();
  const before = newestThere?.status === 'running' ? undefined : newestThere;
  await api.fire('inventory-schedule', signal);
  const progress = showProgress(process.stderr);
  const giveUp = Date.now() + appearMs;
  try {
    for (;;) {
      const run = await read();
      if (run !== undefined && run.id !== before?.id) {
        if (run.status !== 'running') return run;
        progress.update(run.progress);
      } else if (Date.now() > giveUp) {
        throw new InventoryError('NoRun', 'The timer was fired, but no run came of it', {
          hint: 'The lines of the host above say why',
        });
      }
      await delay(pollMs, undefined, { signal });
    }
  } finally {
    progress.end();
  }
}
