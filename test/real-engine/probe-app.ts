import * as df from 'durable-functions';

/** One action of the orchestrator `probe`. */
export type Step =
  | Call
  | { readonly all: readonly Call[] }
  | { readonly timerMs: number }
  | { readonly status: unknown }
  /** Throws at the first failure, while other calls run. */
  | { readonly allOrThrow: readonly Call[] }
  | { readonly throw: unknown }
  /** Something else when it is replayed: a call of another activity, a timer, or nothing. */
  | { readonly first: Step; readonly replayed: Step | null };
/** A call of an activity, with retries at once where `attempts` is set. */
export interface Call {
  readonly call: string;
  readonly input: WorkInput;
  readonly attempts?: number;
}
/** What the activity `work` does: fails the first `failures` times, then returns the value. */
export interface WorkInput {
  readonly id: string;
  readonly value?: unknown;
  readonly failures?: number;
  readonly message?: string;
}

const calls = new Map<string, number>();
df.app.activity('work', {
  handler: async ({ id, value, failures = 0, message = 'Boom' }: WorkInput) => {
    const count = (calls.get(id) ?? 0) + 1;
    calls.set(id, count);
    if (count <= failures) throw new Error(message);
    return value;
  },
});
// A new version of an app may lack it.
if (process.env.WITHOUT_OTHER === undefined) df.app.activity('other', { handler: async () => 'other' });

df.app.orchestration('probe', function* (context): Generator<df.Task, unknown, unknown> {
  const results: unknown[] = [];
  for (const step of context.df.getInput<readonly Step[]>()) {
    try {
      const result = yield* take(context, step);
      if (result !== undefined) results.push(result);
    } catch (error) {
      if ('throw' in step || 'allOrThrow' in step) throw error;
      results.push({ failed: error instanceof Error ? error.message : error });
    }
  }
  return results;
});

function* take(context: df.OrchestrationContext, step: Step): Generator<df.Task, unknown, unknown> {
  const engine = context.df;
  if ('call' in step) return yield taskOf(engine, step);
  if ('all' in step) return yield engine.Task.all(step.all.map((each) => taskOf(engine, each)));
  if ('allOrThrow' in step) return yield engine.Task.all(step.allOrThrow.map((each) => taskOf(engine, each)));
  if ('timerMs' in step) return yield engine.createTimer(new Date(engine.currentUtcDateTime.getTime() + step.timerMs));
  if ('status' in step) return void engine.setCustomStatus(step.status);
  if ('throw' in step) throw typeof step.throw === 'string' ? new Error(step.throw) : step.throw;
  const chosen = engine.isReplaying ? step.replayed : step.first;
  return chosen === null ? undefined : yield* take(context, chosen);
}

function taskOf(engine: df.DurableOrchestrationContext, { call, input, attempts }: Call): df.Task {
  if (attempts === undefined) return engine.callActivity(call, input);
  return engine.callActivityWithRetry(call, new df.RetryOptions(1, attempts), input);
}
