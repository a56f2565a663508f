import { EventEmitter, once } from 'node:events';
import type {
  Binding,
  CoreInvocationContext,
  FunctionCallback,
  FunctionMetadata,
  InvocationRequest,
  InvocationResponse,
  ProgrammingModel,
  RetryContext,
  TypedData,
} from './core-types.ts';
import type { Hooks, PostInvocationContext, PreInvocationContext } from './hooks.ts';
import { errorText, logThroughHooks, writeLog } from './log.ts';

/** A function that the host serves. */
export interface HostedFunction {
  readonly name: string;
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  readonly triggerName: string;
  readonly trigger: Binding;
  /** Further inputs of each invocation, by the name of the binding. */
  readonly inputs: Readonly<Record<string, () => Promise<TypedData>>>;
}

export interface Invocation {
  readonly invocationId: string;
  readonly data: TypedData;
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  /** W3C trace context of the caller. Without Application Insights the host adds none. */
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
  readonly retryContext?: RetryContext | undefined;
}

/**
 * Calls a function once: arguments, preInvocation hooks, the function, postInvocation hooks, response.
 * @throws the error of the function or of a hook, which is logged already
 */
export type Invoke = (fn: HostedFunction, invocation: Invocation) => Promise<InvocationResponse>;

export interface Invoker {
  readonly invoke: Invoke;
  /** Resolves when no invocation is running. */
  idle(): Promise<void>;
}

export function createInvoker(model: ProgrammingModel, hooks: Hooks): Invoker {
  const events = new EventEmitter();
  let running = 0;
  return {
    async invoke(fn, invocation) {
      running += 1;
      try {
        return await invokeOnce(model, hooks, fn, invocation);
      } catch (error) {
        writeLog('error', fn.name, `failed (invocation ${invocation.invocationId}): ${errorText(error)}`);
        throw error;
      } finally {
        running -= 1;
        if (running === 0) events.emit('idle');
      }
    },
    async idle() {
      if (running > 0) await once(events, 'idle');
    },
  };
}

/**
 * Follows the order of the Node worker.
 * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/eventHandlers/InvocationHandler.ts
 */
async function invokeOnce(
  model: ProgrammingModel,
  hooks: Hooks,
  fn: HostedFunction,
  invocation: Invocation,
): Promise<InvocationResponse> {
  let context: unknown;
  const core: CoreInvocationContext = {
    invocationId: invocation.invocationId,
    request: await toRequest(fn, invocation),
    metadata: fn.metadata,
    state: undefined,
    log: (level, category, message) =>
      logThroughHooks(hooks, { level, category, source: fn.name, message, invocationContext: context }),
  };
  const called = model.getInvocationModel(core);
  const given = await called.getArguments();
  context = given.context;
  const scope = { hookData: {}, appHookData: hooks.appHookData, invocationContext: context };
  const pre: PreInvocationContext = { ...scope, functionCallback: fn.callback, inputs: given.inputs };
  core.state = 'preInvocationHooks';
  await hooks.run('preInvocation', pre);

  const post: PostInvocationContext = { ...scope, inputs: pre.inputs, result: null, error: null };
  core.state = 'invocation';
  try {
    post.result = await called.invokeFunction(context, pre.inputs, pre.functionCallback);
  } catch (error) {
    post.error = error;
  }
  core.state = 'postInvocationHooks';
  await hooks.run('postInvocation', post);
  core.state = undefined;
  if (post.error !== null && post.error !== undefined) throw post.error;
  return called.getResponse(context, post.result);
}

async function toRequest(fn: HostedFunction, invocation: Invocation): Promise<InvocationRequest> {
  const { invocationId, data, triggerMetadata, traceParent = '', traceState = '', retryContext } = invocation;
  const inputs = Object.entries(fn.inputs);
  const inputData = await Promise.all(inputs.map(async ([name, make]) => ({ name, data: await make() })));
  return {
    invocationId,
    functionId: fn.name,
    inputData: [{ name: fn.triggerName, data }, ...inputData],
    triggerMetadata,
    traceContext: { traceParent, traceState },
    ...(retryContext === undefined ? {} : { retryContext }),
  };
}
