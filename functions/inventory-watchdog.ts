import { app } from '@azure/functions';
import { input } from 'durable-functions';
import { driveBy, inventoryApp } from './composition.ts';
import { logFailure } from './failure-message.ts';

/** Time to start an orchestration again, including the end of a stalled one. */
const resumeTimeoutMs = 240_000;

// The engine ends an orchestration for good when the worker dies in one of its turns, and hangs when an activity no
// longer exists. Neither logs a line. docs/decisions/0004-runs.md
app.timer('inventory-watchdog', {
  // Every five minutes, but not when schedules begin.
  schedule: '30 2-59/5 * * * *',
  extraInputs: [input.durableClient()],
  handler: async (_timer, invocation) => {
    const inventory = await inventoryApp();
    try {
      await inventory.resumeRun(driveBy(invocation), invocation, AbortSignal.timeout(resumeTimeoutMs));
    } catch (error) {
      logFailure('The run on record was not looked after', error, invocation);
      throw error;
    }
  },
});
