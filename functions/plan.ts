import { planStep } from '../lib/run/plan-step.ts';
import { type RunInput, runActivity } from './activities.ts';

/** Decides what a run reads, in how many batches. */
export const plan = runActivity('plan', (input: RunInput, { environment, signal }) =>
  planStep(environment, input.runId, signal),
);
