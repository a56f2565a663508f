import { app } from '@azure/functions';
import { input } from 'durable-functions';
import { RunAlreadyRunningError } from '../lib/run/claim-run.ts';
import { defaultSchedule } from '../lib/settings.ts';
import { appSettings } from './app-settings.ts';
import { driveBy, inventoryApp } from './composition.ts';
import { logFailure } from './failure-message.ts';

/** Time to start a run; the run itself has its own limits. */
const startTimeoutMs = 120_000;

app.timer('inventory-schedule', {
  // The value itself: `%INVENTORY_SCHEDULE%` would fail to index without the setting.
  schedule: appSettings instanceof Error ? defaultSchedule : appSettings.schedule,
  // The start may die, or storage may be away. A run on record is then resumed, not started twice.
  retry: { strategy: 'fixedDelay', maxRetryCount: 5, delayInterval: { minutes: 1 } },
  extraInputs: [input.durableClient()],
  handler: async (_timer, invocation) => {
    const inventory = await inventoryApp();
    const request = { trigger: 'timer', scope: null } as const;
    try {
      await inventory.startRun(request, driveBy(invocation), invocation, AbortSignal.timeout(startTimeoutMs));
    } catch (error) {
      if (!(error instanceof RunAlreadyRunningError)) {
        logFailure('No run was started', error, invocation);
        throw error;
      }
      invocation.info(error.message);
    }
  },
});
