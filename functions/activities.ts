import * as df from 'durable-functions';
import { isObject } from '../lib/azure/json.ts';
import { hasCode, InventoryError, type Reason, toReason } from '../lib/errors.ts';
import type { Run } from '../lib/inventory/run.ts';
import type { RunEnvironment } from '../lib/run/run-environment.ts';
import { RunEndedError } from '../lib/run/run-record.ts';
import { inventoryApp } from './composition.ts';
import { failureMessage, shortReason } from './failure-message.ts';

/** The input of every step. */
export interface RunInput {
  readonly runId: string;
}

/** What an activity returns to the orchestrator. Counts only: messages stay small, and the rows are in the store. */
export type ActivityOutcome =
  | { readonly outcome: 'done'; readonly counts: Readonly<Record<string, number>> }
  /** The run was cancelled or timed out: nothing is left to do. */
  | { readonly outcome: 'ended' }
  /** A retry would fail in the same way. */
  | { readonly outcome: 'failed'; readonly reason: Reason };

interface StepContext {
  readonly environment: RunEnvironment;
  /** Logs a run that has just ended; null = it had ended before. */
  readonly ended: (run: Run | null) => Promise<void>;
  /** Aborted when the process ends. */
  readonly signal: AbortSignal;
}

/**
 * Retries after 2, 6 and 18 seconds, of which the engine cuts off up to one each: bridges an outage of some twenty
 * seconds. A first interval of one second would be none: the engine waits whole seconds.
 */
const retries = new df.RetryOptions(2_000, 4);
retries.backoffCoefficient = 3;

/** Decides what a run reads, in how many batches. */
export const plan = runActivity('plan', async (input: RunInput, { environment, signal }) => {
  const { planStep } = await import('../lib/run/plan-step.ts');
  return planStep(environment, input.runId, signal);
});

/** Reads one batch of a run's subscriptions into the store. */
export const collect = runActivity(
  'collect',
  async (input: RunInput & { readonly batch: number }, { environment, signal }) => {
    const { collectStep } = await import('../lib/run/collect-step.ts');
    return collectStep(environment, input.runId, input.batch, signal);
  },
);

/** Merges a run's batches into the inventory and publishes it. */
export const publish = runActivity('publish', async (input: RunInput, { environment, signal }) => {
  const { publishStep } = await import('../lib/run/publish-step.ts');
  return publishStep(environment, input.runId, signal);
});

/** Writes what follows a publication, and ends the run as succeeded. */
export const report = runActivity(
  'report',
  async (input: RunInput & { readonly finishedAtMs: number }, { environment, ended, signal }) => {
    const { reportStep } = await import('../lib/run/report-step.ts');
    await ended(await reportStep(environment, input.runId, input.finishedAtMs, signal));
    return {};
  },
);

/** Ends a run that cannot continue. `failure`: the reason; null = its record has ended. */
export const fail = runActivity(
  'fail',
  async (input: RunInput & { readonly failure: Reason | null }, { environment, ended, signal }) => {
    const { failStep } = await import('../lib/run/fail-step.ts');
    await ended(await failStep(environment, input.runId, input.failure, signal));
    return {};
  },
);

/**
 * Registers one step of a run as an activity.
 * @param step resolves with counts for the orchestrator
 * @returns the task that the orchestrator yields; its result is an {@link ActivityOutcome}
 */
function runActivity<Input extends RunInput>(
  name: string,
  step: (input: Input, context: StepContext) => Promise<object>,
): (input: Input) => df.Task {
  const activity = df.app.activity(name, {
    // Only the orchestrator calls it, with an input of this type.
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
        if (!isTransient(error) && !signal.aborted) return { outcome: 'failed', reason: shortReason(reason) };
        throw new Error(failureMessage(reason));
      }
    },
  });
  return (input) => activity(input).withRetry(retries);
}

/** Whether a retry may succeed: storage may respond again, a disk may have room, an unforeseen error may not recur. */
function isTransient(error: unknown): boolean {
  return (
    !(error instanceof InventoryError) ||
    hasCode(
      error,
      'StorageUnavailable',
      'StorageUnreachable',
      'StorageFailed',
      'RunRecordContended',
      'PointerContended',
      'DiskFull',
    )
  );
}

/** Reads an outcome that the engine passes on as JSON. @throws {TypeError} it is not an outcome */
export function readOutcome(value: unknown): ActivityOutcome {
  const { outcome, counts, reason } = isObject(value) ? value : {};
  if (outcome === 'ended') return { outcome };
  if (outcome === 'done' && isObject(counts)) {
    return { outcome, counts: Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, Number(n)])) };
  }
  if (outcome === 'failed' && isObject(reason)) {
    const { code, message, hint } = reason;
    const text = typeof hint === 'string' ? hint : null;
    return { outcome, reason: { code: String(code), message: String(message), hint: text } };
  }
  throw new TypeError('An activity returned a value that is not an outcome');
}
