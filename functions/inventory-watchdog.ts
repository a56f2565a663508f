import { app } from '@azure/functions';
import { input } from 'durable-functions';
import { driveBy, inventoryApp } from './composition.ts';
import { logFailure } from './failure-message.ts';

/** Time to start an orchestration again, including the end of a stalled one. */
const resumeTimeoutMs = 240_000;
const scheduleTimeoutMs = 30_000;

// The engine ends an orchestration for good when the worker dies in one of its turns, and hangs when an activity no
// longer exists. Neither logs a line. docs/decisions/0004-runs.md
app.timer('inventory-watchdog', {
  // Every five minutes, but not when schedules begin.
  schedule: '30 2-59/5 * * * *',
  extraInputs: [input.durableClient()],
  handler: async (_timer, invocation) => {
    const inventory = await inventoryApp();
    // Neither waits for the other: without the line of the schedule, the alert says that the app does not work.
    const outcomes = await Promise.allSettled([
      inventory.resumeRun(driveBy(invocation), invocation, AbortSignal.timeout(resumeTimeoutMs)),
      inventory.logSchedule(invocation, AbortSignal.timeout(scheduleTimeoutMs)),
    ]);
    const messages = ['The run on record was not looked after', 'It is unknown when a run is late'];
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') logFailure(messages[index] ?? '', outcome.reason, invocation);
    }
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  },
});
