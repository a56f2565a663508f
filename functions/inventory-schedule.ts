import { app } from '@azure/functions';
import { RunAlreadyRunningError } from '../lib/collect/claim-run.ts';
import { defaultSchedule } from '../lib/settings.ts';
import { appSettings } from './app-settings.ts';
import { inventoryApp } from './composition.ts';

/** Time for a start: after it the run goes by its own clocks. */
const startTimeoutMs = 120_000;

app.timer('inventory-schedule', {
  // The value itself: `%INVENTORY_SCHEDULE%` fails to index where the setting is missing.
  schedule: appSettings instanceof Error ? defaultSchedule : appSettings.schedule,
  handler: async (_timer, invocation) => {
    const inventory = await inventoryApp();
    try {
      const { finished } = await inventory.startRun('timer', null, AbortSignal.timeout(startTimeoutMs));
      const run = await finished;
      if (run.status !== 'succeeded') throw new Error(`The run ${run.id} ${run.status}: ${run.reason?.message ?? ''}`);
    } catch (error) {
      if (!(error instanceof RunAlreadyRunningError)) throw error;
      invocation.info(error.message);
    }
  },
});
