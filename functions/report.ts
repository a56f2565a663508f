import { reportStep } from '../lib/run/report-step.ts';
import { type RunInput, runActivity } from './activities.ts';

/** Writes what follows a publication, and ends the run as succeeded. */
export const report = runActivity(
  'report',
  async (input: RunInput & { readonly finishedAtMs: number }, { environment, ended, signal }) => {
    await ended(await reportStep(environment, input.runId, input.finishedAtMs, signal));
    return {};
  },
);
