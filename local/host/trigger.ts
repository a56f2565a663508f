import type { TypedData } from './core-types.ts';
import type { HostedFunction, Invoke } from './invocation.ts';

/** Runs a function when its trigger fires. */
export interface TriggerListener {
  /** Starts listening. Called once, when everything is registered. */
  start(): void;
  /**
   * Runs the function now and waits for it, for `POST /admin/functions/{name}`.
   * @param input the caller's `input`
   * @throws the function's error, which is logged already
   */
  fire(input: unknown): Promise<void>;
  /** Stops listening. Running invocations continue. @returns resolves when what they decide is stored */
  stop(): Promise<void>;
}

/** The parts of the host that a trigger may use. */
export interface TriggerHost {
  readonly invoke: Invoke;
  /** Replaces each `%NAME%` with that setting. @throws {RangeError} a setting is missing */
  resolveSettings(text: string): string;
  /** `extensions` of host.json. */
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Creates the value of an input binding, once per invocation. */
export type InputBinder = (host: TriggerHost) => () => Promise<TypedData>;

/**
 * Creates the listener of one function.
 * @throws {RangeError} the binding cannot be used: the host leaves the function out and logs why
 */
export type TriggerBinder = (fn: HostedFunction, host: TriggerHost) => TriggerListener;

/**
 * @see https://github.com/Azure/azure-webjobs-sdk/blob/dev/src/Microsoft.Azure.WebJobs.Host/NameResolverExtensions.cs
 */
export function resolveSettings(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/%([^%]+)%/g, (whole, name: string) => {
    const value = environment[name];
    if (value === undefined || value === '') throw new RangeError(`'${whole}' does not resolve to a value.`);
    return value;
  });
}
