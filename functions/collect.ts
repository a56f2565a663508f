import { collectStep } from '../lib/run/collect-step.ts';
import { type RunInput, runActivity } from './activities.ts';

/** Reads one batch of a run's subscriptions into the store. */
export const collect = runActivity('collect', (input: RunInput & { readonly batch: number }, { environment, signal }) =>
  collectStep(environment, input.runId, input.batch, signal),
);
