import * as df from 'durable-functions';
import type { Reason } from '../lib/errors.ts';
import type { RunInput } from './activities.ts';
import { readOutcome } from './activity-outcome.ts';
import { collect } from './collect.ts';
import { fail } from './fail.ts';
import { plan } from './plan.ts';
import { publish } from './publish.ts';
import { report } from './report.ts';
import { reasonOf } from './run-failure.ts';
import { orchestrationName } from './run-instance.ts';

/** Why a run does not go on; null: its record had ended. */
type Failure = Reason | null;
type Counts = Readonly<Record<string, number>>;
type Stepped = { readonly counts: Counts } | { readonly failure: Failure };
type Steps<Result> = Generator<df.Task, Result, unknown>;

df.app.orchestration(orchestrationName, inventoryRun);

/**
 * One run: plan, collect × N side by side, publish, report. It is replayed from its beginning after every event, and looks at
 * nothing but its input and the outcomes of activities: no clock, no environment, nothing at random.
 */
function* inventoryRun(context: df.OrchestrationContext): Steps<{ readonly runId: string; readonly outcome: string }> {
  const { runId } = context.df.getInput<RunInput>();
  const stepped = yield* takeSteps(context.df, runId);
  if ('counts' in stepped) return { runId, outcome: 'succeeded' };
  const { failure } = stepped;
  yield fail({ runId, failure });
  return { runId, outcome: failure === null ? 'ended' : 'failed' };
}

function* takeSteps(engine: df.DurableOrchestrationContext, runId: string): Steps<Stepped> {
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

function* stepOf(task: df.Task): Steps<Stepped> {
  try {
    return steppedOf(yield task);
  } catch (error) {
    return { failure: reasonOf(error instanceof Error ? error.message : String(error)) };
  }
}

/**
 * Steps side by side, each to its end. The library goes on at the first failure, the engine only when every task has ended; what
 * follows would have one number here and another there, and never be told of its completion. So this waits as the engine does.
 */
function* stepsOf(engine: df.DurableOrchestrationContext, tasks: readonly df.Task[]): Steps<Stepped> {
  // without tasks there is nothing to yield: the library refuses an empty list
  if (tasks.length === 0) return { counts: {} };
  try {
    yield engine.Task.all([...tasks]);
  } catch {
    // told by the task that failed, below
  }
  const all: Stepped[] = [];
  for (const task of tasks) all.push(yield* stepOf(task));
  return all.reduce(together);
}

function together(one: Stepped, other: Stepped): Stepped {
  if ('failure' in one) return one;
  if ('failure' in other) return other;
  const names = new Set([...Object.keys(one.counts), ...Object.keys(other.counts)]);
  const sum = (name: string): number => (one.counts[name] ?? 0) + (other.counts[name] ?? 0);
  return { counts: Object.fromEntries([...names].map((name) => [name, sum(name)])) };
}

function steppedOf(value: unknown): Stepped {
  const found = readOutcome(value);
  if (found.outcome === 'done') return { counts: found.counts };
  return { failure: found.outcome === 'failed' ? found.reason : null };
}
