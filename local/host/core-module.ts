import { registerHooks } from 'node:module';
import type { FunctionCallback, FunctionMetadata, HookCallback, Log, ProgrammingModel } from './core-types.ts';
import { type HookName, type Hooks, hookNames } from './hooks.ts';
import { logThroughHooks } from './log.ts';

/** What an app registered while it loaded. */
export interface Registration {
  readonly functions: readonly { readonly metadata: FunctionMetadata; readonly callback: FunctionCallback }[];
  readonly model: ProgrammingModel;
}

export interface CoreModule {
  /** Ends registration. From now on `app.http(…)` and similar calls throw, as in Azure. */
  finish(): Registration;
  /** Removes the module. */
  dispose(): void;
}

const specifier = '@azure/functions-core';
const url = 'functions-core:module';
/** Modules are loaded as text. That text reaches the live object through the global symbol registry. */
const globalKey = Symbol.for('vm-identities.functions-core');

/**
 * Supplies `@azure/functions-core` to every module that this process loads from now on.
 * Without it `@azure/functions` falls back to its test mode and registers nothing.
 * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/types-core/index.d.ts
 */
export function supplyCoreModule(hooks: Hooks): CoreModule {
  const functions = new Map<string, { metadata: FunctionMetadata; callback: FunctionCallback }>();
  let model: ProgrammingModel | undefined;
  let finished = false;
  const log: Log = (level, category, message) =>
    logThroughHooks(hooks, { level, category, source: 'app', message, invocationContext: undefined });

  Reflect.set(globalThis, globalKey, {
    version: '3.13.0',
    hostVersion: '4.1043.0',
    Disposable,
    log,
    setProgrammingModel(registered: ProgrammingModel) {
      model = registered;
    },
    getProgrammingModel: () => model,
    registerHook(name: string, callback: HookCallback) {
      if (!isHookName(name)) throw new RangeError(`Unrecognized hook "${name}"`);
      return new Disposable(hooks.add(name, callback));
    },
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
      if (finished) throw new Error('A function can only be registered during app startup.');
      const key = metadata.name.toLowerCase();
      if (functions.has(key)) throw new Error(`A function named "${metadata.name}" is registered twice.`);
      functions.set(key, { metadata, callback });
      return new Disposable(() => functions.delete(key));
    },
  });

  const source = `module.exports = globalThis[Symbol.for('${globalKey.description}')];`;
  const loader = registerHooks({
    resolve: (name, context, next) =>
      name === specifier ? { url, format: 'commonjs', shortCircuit: true } : next(name, context),
    load: (address, context, next) =>
      address === url ? { format: 'commonjs', source, shortCircuit: true } : next(address, context),
  });

  return {
    finish() {
      finished = true;
      if (model === undefined) throw new Error('The bundle registers no function: it calls no app.http or similar.');
      return { functions: [...functions.values()], model };
    },
    dispose() {
      loader.deregister();
      Reflect.deleteProperty(globalThis, globalKey);
    },
  };
}

/** The worker's own kind of disposable: it acts once. */
class Disposable {
  #dispose: (() => unknown) | null;
  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }
  dispose(): void {
    this.#dispose?.();
    this.#dispose = null;
  }
}

function isHookName(name: string): name is HookName {
  return hookNames.some((known) => known === name);
}
