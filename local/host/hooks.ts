import type { FunctionCallback, HookCallback, LogCategory, LogLevel } from './core-types.ts';

export const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof hookNames)[number];

/** Data that hooks pass to each other: `hookData` within one scope, `appHookData` across the app's life. */
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

/** Hooks may replace result and error (an error set to null or undefined is forgiven). */
export interface PostInvocationContext extends HookScope {
  readonly invocationContext: unknown;
  readonly inputs: unknown[];
  result: unknown;
  error: unknown;
}

/** Hooks may replace level and text. */
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

export interface Hooks {
  readonly appHookData: Record<string, unknown>;
  /** @returns what takes the hook out again */
  add(name: HookName, callback: HookCallback): () => void;
  any(name: HookName): boolean;
  /** Calls each hook in the order of registration and waits for it. */
  run<Name extends HookName>(name: Name, context: ContextByHook[Name]): Promise<void>;
  /** The same without waiting: log hooks are synchronous. */
  runNow<Name extends HookName>(name: Name, context: ContextByHook[Name]): void;
}

/** The hooks an app registers, one list per name. */
export function createHooks(): Hooks {
  const callbacks: Record<HookName, HookCallback[]> = {
    appStart: [],
    appTerminate: [],
    preInvocation: [],
    postInvocation: [],
    log: [],
  };
  return {
    appHookData: {},
    add(name, callback) {
      callbacks[name].push(callback);
      return () => {
        callbacks[name] = callbacks[name].filter((other) => other !== callback);
      };
    },
    any: (name) => callbacks[name].length > 0,
    async run(name, context) {
      for (const callback of callbacks[name]) await callback(context);
    },
    runNow(name, context) {
      for (const callback of callbacks[name]) callback(context);
    },
  };
}
