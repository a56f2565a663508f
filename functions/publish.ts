import { publishStep } from '../lib/run/publish-step.ts';
import { type RunInput, runActivity } from './activities.ts';

/** Merges a run's batches into the inventory and publishes it. */
export const publish = runActivity('publish', (input: RunInput, { environment, signal }) =>
  publishStep(environment, input.runId, signal),
);
