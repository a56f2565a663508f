import * as df from 'durable-functions';
import { InventoryError, toReason } from '../lib/errors.ts';
import type { Run } from '../lib/inventory/run.ts';
import type { RunEnvironment } from '../lib/run/run-environment.ts';
import { RunEndedError } from '../lib/run/run-record.ts';
import type { ActivityOutcome } from './activity-outcome.ts';
import { inventoryApp } from './composition.ts';
import { failureMessage, shortReason } from './run-failure.ts';

/** What every step of a run is told. */
export interface RunInput {
  readonly runId: string;
}

interface StepContext {
  readonly environment: RunEnvironment;
  /** Logs a run that has just ended; null = it had ended before. */
  readonly ended: (run: Run | null) => Promise<void>;
  /** Aborted when the process ends. */
  readonly signal: AbortSignal;
}

/** Storage that was away may be back, and a disk that was full have room: the engine tries these again, and whatever is no InventoryError. */
const passing = [
  'StorageUnavailable',
  'StorageUnreachable',
  'StorageFailed',
  'RunRecordContended',
  'PointerContended',
  'DiskFull',
];

/** First retry after a second, then four times longer each: an outage of some twenty seconds is waited for. */
const retries = new df.RetryOptions(1_000, 4);
retries.backoffCoefficient = 4;

/**
 * Registers one step of a run as an activity.
 * @param step resolves with counts for the orchestrator
 * @returns what the orchestrator yields to have it done; its result is an `ActivityOutcome`
 */
export function runActivity<Input extends RunInput>(
  name: string,
  step: (input: Input, context: StepContext) => Promise<object>,
): (input: Input) => df.Task {
  const activity = df.app.activity(name, {
    // only the orchestrator calls it, with what this type lets it say
    handler: async (input: Input, invocation): Promise<ActivityOutcome> => {
      const app = await inventoryApp();
      const { signal } = app;
      const ended = async (run: Run | null): Promise<void> => {
        if (run !== null) await app.ended(run, invocation);
      };
      try {
        const counts = await step(input, { environment: app.environment(invocation), ended, signal });
        return { outcome: 'done', counts: { ...counts } };
      } catch (error) {
        if (error instanceof RunEndedError) return { outcome: 'ended' };
        const reason = toReason(error);
        const lasting = error instanceof InventoryError && !passing.includes(reason.code);
        if (lasting && !signal.aborted) return { outcome: 'failed', reason: shortReason(reason) };
        throw new Error(failureMessage(reason));
      }
    },
  });
  return (input) => activity(input).withRetry(retries);
}
