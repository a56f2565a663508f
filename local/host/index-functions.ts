import type { Registration } from './core-module.ts';
import type { TypedData } from './core-types.ts';
import { bindHttp, type HttpRoute } from './http/http-route.ts';
import type { HostedFunction } from './invocation.ts';
import { writeLog } from './log.ts';
import type { InputBinder, TriggerBinder, TriggerHost, TriggerListener } from './trigger.ts';

/** The functions of an app, bound to their triggers. */
export interface FunctionIndex {
  /** Ordered by name without case, as routes are matched. */
  readonly functions: readonly HostedFunction[];
  readonly routes: readonly HttpRoute[];
  /** By lower-cased function name. */
  readonly listeners: ReadonlyMap<string, TriggerListener>;
}

const namePattern = /^[a-z][\w-]{0,127}$/i;

/**
 * Binds each registered function to its trigger. Leaves out a function that cannot be bound, logs why, and serves the
 * others, as the real host does.
 */
export function indexFunctions(
  registration: Registration,
  host: TriggerHost & {
    readonly routePrefix: string;
    readonly binders: Readonly<Record<string, TriggerBinder>>;
    readonly inputBinders: Readonly<Record<string, InputBinder>>;
  },
): FunctionIndex {
  const binders = new Map(Object.entries(host.binders).map(([type, binder]) => [type.toLowerCase(), binder]));
  const functions: HostedFunction[] = [];
  const routes: HttpRoute[] = [];
  const listeners = new Map<string, TriggerListener>();
  for (const registered of [...registration.functions].sort(byName)) {
    const { name } = registered.metadata;
    try {
      const fn = toHostedFunction(registered, host);
      if (fn.trigger.type.toLowerCase() === 'httptrigger') routes.push(bindHttp(fn, host.routePrefix));
      else {
        const binder = binders.get(fn.trigger.type.toLowerCase());
        if (binder === undefined) throw new RangeError(`this host has no trigger of type "${fn.trigger.type}"`);
        listeners.set(name.toLowerCase(), binder(fn, host));
      }
      functions.push(fn);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      writeLog('error', name, `this function is left out: ${error.message}`);
    }
  }
  return { functions, routes, listeners };
}

/** Ordinal, without regard to case: compares the codes of upper-case letters. */
function byName(one: Registration['functions'][number], other: Registration['functions'][number]): number {
  const [left, right] = [one.metadata.name.toUpperCase(), other.metadata.name.toUpperCase()];
  return left < right ? -1 : Number(left > right);
}

function toHostedFunction(
  { metadata, callback }: Registration['functions'][number],
  host: TriggerHost & { readonly inputBinders: Readonly<Record<string, InputBinder>> },
): HostedFunction {
  if (!namePattern.test(metadata.name)) throw new RangeError(`"${metadata.name}" is not a valid function name`);
  const inputs: Record<string, () => Promise<TypedData>> = {};
  let found: { readonly triggerName: string; readonly trigger: HostedFunction['trigger'] } | undefined;
  for (const [bindingName, binding] of Object.entries(metadata.bindings)) {
    const bindInput = host.inputBinders[binding.type];
    if (/trigger$/i.test(binding.type)) found = { triggerName: bindingName, trigger: binding };
    else if (bindInput !== undefined && binding.direction === 'in') inputs[bindingName] = bindInput(host);
    else if (binding.type !== 'http') throw new RangeError(`this host has no binding of type "${binding.type}"`);
  }
  if (found === undefined) throw new RangeError('it has no trigger');
  return { name: metadata.name, metadata, callback, ...found, inputs };
}
