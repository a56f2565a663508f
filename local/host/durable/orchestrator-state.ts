import * as v from 'valibot';

// The answer of durable-functions 3.5 to a turn, in schema version 3: all actions since the beginning, in one inner list.

export interface RetryPolicy {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number | undefined;
  readonly maxRetryIntervalInMilliseconds?: number | undefined;
}

export type Action =
  | { readonly actionType: 0; readonly functionName: string; readonly input?: unknown }
  | {
      readonly actionType: 1;
      readonly functionName: string;
      readonly input?: unknown;
      readonly retryOptions: RetryPolicy;
    }
  | { readonly actionType: 5; readonly fireAt: string }
  | { readonly actionType: 11 | 12; readonly compoundActions: readonly Action[] };

const name = v.string();
const input = v.optional(v.unknown());
const action: v.GenericSchema<unknown, Action> = v.variant('actionType', [
  v.object({ actionType: v.literal(0), functionName: name, input }),
  v.object({
    actionType: v.literal(1),
    functionName: name,
    input,
    // No timeout is allowed: the real engine and the library disagree about its last timer.
    retryOptions: v.strictObject({
      firstRetryIntervalInMilliseconds: v.number(),
      maxNumberOfAttempts: v.number(),
      backoffCoefficient: v.optional(v.number()),
      maxRetryIntervalInMilliseconds: v.optional(v.number()),
    }),
  }),
  v.object({ actionType: v.literal(5), fireAt: v.string() }),
  v.object({
    actionType: v.picklist([11, 12]),
    compoundActions: v.lazy(() => v.array(action)),
  }),
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
