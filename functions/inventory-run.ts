import * as df from 'durable-functions';
import type { Reason } from '../lib/errors.ts';
import { collect, fail, plan, publish, type RunInput, readOutcome, report } from './activities.ts';
import { orchestrationName } from './drive-run.ts';
import { failureMessage, logText, reasonOf } from './failure-message.ts';

/** Why a run stops; null: its record has ended. */
type Failure = Reason | null;
type Counts = Readonly<Record<string, number>>;
type StepResult = { readonly counts: Counts } | { readonly failure: Failure };
type Steps<Result> = Generator<df.Task, Result, unknown>;

df.app.orchestration(orchestrationName, inventoryRun);

/**
 * One run: plan, collect × N side by side, publish, report. The engine replays it from the beginning after every event,
 * so it depends only on its input and the outcomes of activities: no clock, no environment, nothing random.
 */
function* inventoryRun(context: df.OrchestrationContext): Steps<{ readonly runId: string; readonly outcome: string }> {
  const { runId } = context.df.getInput<RunInput>();
  const result = yield* takeSteps(context.df, runId);
  if ('counts' in result) return { runId, outcome: 'succeeded' };
  const { failure } = result;
  const end = yield* stepOf(fail({ runId, failure }));
  if ('failure' in end && end.failure !== null) throw endNotRecorded(context, runId, failure, end.failure);
  return { runId, outcome: failure === null ? 'ended' : 'failed' };
}

/** Logs both reasons, because no record of the run has them. The first cause ends the orchestration as failed. */
function endNotRecorded(context: df.OrchestrationContext, runId: string, failure: Failure, reason: Reason): Error {
  if (!context.df.isReplaying) {
    const first = failure === null ? '' : `Run ${runId} failed: ${logText(failure)}. `;
    context.error(`${first}Cannot record the end of run ${runId}: ${logText(reason)}`);
  }
  return new Error(failureMessage(failure ?? reason));
}

function* takeSteps(engine: df.DurableOrchestrationContext, runId: string): Steps<StepResult> {
  engine.setCustomStatus({ runId, step: 'plan' });
  const planned = yield* stepOf(plan({ runId }));
  if ('failure' in planned) return planned;
  const { batches = 0 } = planned.counts;

  engine.setCustomStatus({ runId, step: 'collect', ...planned.counts });
  const tasks = Array.from({ length: batches }, (_, batch) => collect({ runId, batch }));
  const collected = yield* stepsOf(engine, tasks);
  if ('failure' in collected) return collected;

  engine.setCustomStatus({ runId, step: 'publish', ...planned.counts, ...collected.counts });
  const published = yield* stepOf(publish({ runId }));
  if ('failure' in published) return published;

  engine.setCustomStatus({ runId, step: 'report', ...planned.counts, ...collected.counts });
  const { finishedAtMs = 0 } = published.counts;
  return yield* stepOf(report({ runId, finishedAtMs }));
}

function* stepOf(task: df.Task): Steps<StepResult> {
  try {
    const result = readOutcome(yield task);
    if (result.outcome === 'done') return { counts: result.counts };
    return { failure: result.outcome === 'failed' ? result.reason : null };
  } catch (error) {
    return { failure: reasonOf(error instanceof Error ? error.message : String(error)) };
  }
}

/**
 * Steps side by side, each to its end. `Task.all` resumes the library at the first failure, but the engine only when
 * every task has ended. Tasks scheduled in between would get one number in the library and another in the engine, and
 * never complete. So this waits for every task, as the engine does.
 */
function* stepsOf(engine: df.DurableOrchestrationContext, tasks: readonly df.Task[]): Steps<StepResult> {
  // The library refuses an empty list of tasks.
  if (tasks.length === 0) return { counts: {} };
  try {
    yield engine.Task.all([...tasks]);
  } catch {
    // The failed task itself throws below.
  }
  const results: StepResult[] = [];
  for (const task of tasks) results.push(yield* stepOf(task));
  return results.reduce(together);
}

function together(one: StepResult, other: StepResult): StepResult {
  if ('failure' in one) return one;
  if ('failure' in other) return other;
  const names = new Set([...Object.keys(one.counts), ...Object.keys(other.counts)]);
  const sum = (name: string): number => (one.counts[name] ?? 0) + (other.counts[name] ?? 0);
  return { counts: Object.fromEntries([...names].map((name) => [name, sum(name)])) };
}
