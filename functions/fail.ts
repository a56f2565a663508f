import type { Reason } from '../lib/errors.ts';
import { failStep } from '../lib/run/fail-step.ts';
import { type RunInput, runActivity } from './activities.ts';

/** Ends a run that could not go on. `failure`: why; null = it has ended on record. */
export const fail = runActivity(
  'fail',
  async (input: RunInput & { readonly failure: Reason | null }, { environment, ended, signal }) => {
    await ended(await failStep(environment, input.runId, input.failure, signal));
    return {};
  },
);
