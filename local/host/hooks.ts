import type { FunctionCallback, HookCallback, LogCategory, LogLevel } from './core-types.ts';

export const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof hookNames)[number];

/** Data that hooks share: `hookData` within one scope, `appHookData` for the life of the app. */
interface HookScope {
  readonly hookData: Record<string, unknown>;
  readonly appHookData: Record<string, unknown>;
}

export interface AppHookContext extends HookScope {
  readonly functionAppDirectory: string;
}

/** Hooks may replace the handler and its inputs. */
export interface PreInvocationContext extends HookScope {
  readonly invocationContext: unknown;
  functionCallback: FunctionCallback;
  inputs: unknown[];
}

/** Hooks may replace the result and the error. An error set to null or undefined is dropped. */
export interface PostInvocationContext extends HookScope {
  readonly invocationContext: unknown;
  readonly inputs: unknown[];
  result: unknown;
  error: unknown;
}

/** Hooks may replace the level and the text. */
export interface LogContext extends HookScope {
  level: LogLevel;
  message: string;
  readonly category: LogCategory;
  readonly invocationContext: unknown;
}

interface ContextByHook {
  readonly appStart: AppHookContext;
  readonly appTerminate: AppHookContext;
  readonly preInvocation: PreInvocationContext;
  readonly postInvocation: PostInvocationContext;
  readonly log: LogContext;
}

/** The hooks that an app registers. */
export interface Hooks {
  readonly appHookData: Record<string, unknown>;
  /** @returns a function that removes the hook */
  add(name: HookName, callback: HookCallback): () => void;
  /** Calls each hook in the order of registration and awaits it. */
  run<Name extends HookName>(name: Name, context: ContextByHook[Name]): Promise<void>;
  /** The same without waiting, for log hooks, which are synchronous. */
  runNow<Name extends HookName>(name: Name, context: ContextByHook[Name]): void;
}

export function createHooks(): Hooks {
  let hooks: readonly { readonly name: HookName; readonly callback: HookCallback }[] = [];
  return {
    appHookData: {},
    add(name, callback) {
      const hook = { name, callback };
      hooks = [...hooks, hook];
      return () => {
        hooks = hooks.filter((other) => other !== hook);
      };
    },
    async run(name, context) {
      for (const hook of hooks) if (hook.name === name) await hook.callback(context);
    },
    runNow(name, context) {
      for (const hook of hooks) if (hook.name === name) hook.callback(context);
    },
  };
}
