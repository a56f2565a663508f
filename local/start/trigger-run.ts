import { setTimeout as delay } from 'node:timers/promises';
import { showProgress } from '../../cli/progress.ts';
import { InventoryError } from '../../lib/errors.ts';
import type { Run } from '../../lib/inventory/run.ts';
import type { Api } from './api.ts';

const pollMs = 150;
/** A triggered timer records its run at once. */
const appearMs = 60_000;

/**
 * Triggers the timer through the host, as "Run" in the portal does, and waits until the run has ended, whatever its
 * status.
 * @throws {InventoryError} the app refuses (a wrong setting), or `NoRun`
 */
export async function triggerRun(api: Api, signal: AbortSignal): Promise<Run> {
  const newestRuns = async () => (await api.get<{ value: Run[] }>('runs?maxpagesize=2', signal)).value;
  // A run that the last host left unfinished continues, and is the one to wait for.
  const endedBefore = new Set((await newestRuns()).filter(({ status }) => status !== 'running').map(({ id }) => id));
  await api.fire('inventory-schedule', signal);
  const progress = showProgress(process.stderr);
  const giveUpAt = Date.now() + appearMs;
  try {
    for (;;) {
      // Ids of two runs of one second sort by chance: the new one may be the second.
      const run = (await newestRuns()).find(({ id }) => !endedBefore.has(id));
      if (run !== undefined) {
        if (run.status !== 'running') return run;
        progress.update(run.progress);
      } else if (Date.now() > giveUpAt) {
        throw new InventoryError('NoRun', `The timer was triggered, but no run started within ${appearMs / 1000} s`, {
          hint: 'See the log lines of the host above',
        });
      }
      await delay(pollMs, undefined, { signal });
    }
  } finally {
    progress.end();
  }
}
