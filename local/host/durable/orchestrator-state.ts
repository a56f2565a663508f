import * as v from 'valibot';

// The answer of durable-functions 3.5 to a turn, in schema version 3: all actions since the beginning, in one inner
// list.

// No timeout is allowed: the real engine and the library disagree about its last timer.
const retryPolicy = v.strictObject({
  firstRetryIntervalInMilliseconds: v.number(),
  maxNumberOfAttempts: v.number(),
  backoffCoefficient: v.optional(v.number()),
  maxRetryIntervalInMilliseconds: v.optional(v.number()),
});
export type RetryPolicy = v.InferOutput<typeof retryPolicy>;

const task = { functionName: v.string(), input: v.optional(v.unknown()) };
const simpleAction = v.variant('actionType', [
  v.object({ actionType: v.literal(0), ...task }),
  v.object({ actionType: v.literal(1), ...task, retryOptions: retryPolicy }),
  v.object({ actionType: v.literal(5), fireAt: v.string() }),
]);
export type Action =
  | v.InferOutput<typeof simpleAction>
  | { readonly actionType: 11 | 12; readonly compoundActions: readonly Action[] };
const action: v.GenericSchema<unknown, Action> = v.variant('actionType', [
  simpleAction,
  v.object({ actionType: v.picklist([11, 12]), compoundActions: v.lazy(() => v.array(action)) }),
]);

const state = v.object({
  isDone: v.boolean(),
  schemaVersion: v.literal(3),
  actions: v.tuple([v.array(action)]),
  output: v.optional(v.unknown()),
  error: v.optional(v.string()),
  customStatus: v.optional(v.unknown()),
});
export type OrchestratorState = v.InferOutput<typeof state>;

/** Reads an answer. @throws {RangeError} it requests something that this host does not support */
export function readState(value: unknown): OrchestratorState {
  const result = v.safeParse(state, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new RangeError(`The host does not support this action: ${v.getDotPath(issue)}: ${issue.message}`);
}

const marker = '$OutOfProcData$:';

/** The state that a throwing orchestrator puts into its error message. @returns null for other errors */
export function stateOfError(error: unknown): OrchestratorState | null {
  const message = error instanceof Error ? error.message : '';
  const at = message.indexOf(marker);
  return at < 0 ? null : readState(JSON.parse(message.slice(at + marker.length)));
}
