import type { TypedData } from './core-types.ts';
import type { HostedFunction, Invoke } from './invocation.ts';

/** What makes a function of one trigger type run. */
export interface TriggerListener {
  /** Begins to listen; called once, when everything is registered. */
  start(): void;
  /**
   * Runs the function now and waits for it, as `POST /admin/functions/{name}` asks.
   * @param input what the caller put into `input`
   * @throws the function's error, which is logged already
   */
  fire(input: unknown): Promise<void>;
  /** Ends listening; what is running goes on. */
  stop(): void;
}

/** What a trigger may use of the host. */
export interface TriggerHost {
  readonly invoke: Invoke;
  /** Replaces each `%NAME%` by that setting. @throws {RangeError} one of them is not set */
  resolveSettings(text: string): string;
  /** `extensions` of host.json. */
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Makes what is handed over for an input binding with each invocation. */
export type InputBinder = (host: TriggerHost) => () => Promise<TypedData>;

/**
 * Makes the listener of one function. Further trigger types are added by handing their binders to `startHost`.
 * @throws {RangeError} the binding can't be used: the function is left out and the host says so
 */
export type TriggerBinder = (fn: HostedFunction, host: TriggerHost) => TriggerListener;

/** @see https://github.com/Azure/azure-webjobs-sdk/blob/dev/src/Microsoft.Azure.WebJobs.Host/NameResolverExtensions.cs */
export function resolveSettings(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/%([^%]+)%/g, (whole, name: string) => {
    const value = environment[name];
    if (value === undefined || value === '') throw new RangeError(`'${whole}' does not resolve to a value.`);
    return value;
  });
}
