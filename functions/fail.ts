import { failStep } from '../lib/collect/fail-step.ts';
import type { Reason } from '../lib/errors.ts';
import { type RunInput, runActivity } from './run-activity.ts';
import { reasonOf } from './run-failure.ts';

/** Ends a run that could not go on. `failure`: why, or what the engine says of an activity; null = it has ended on record. */
export const fail = runActivity(
  'fail',
  async (input: RunInput & { readonly failure: Reason | string | null }, { environment, ended, signal }) => {
    const { runId, failure } = input;
    const reason = typeof failure === 'string' ? reasonOf(failure) : failure;
    await ended(await failStep(environment, runId, reason, signal));
    return {};
  },
);
