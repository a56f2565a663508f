import { registerHooks } from 'node:module';
import type { FunctionCallback, FunctionMetadata, HookCallback, Log, ProgrammingModel } from './core-types.ts';
import { type HookName, type Hooks, hookNames } from './hooks.ts';
import { logThroughHooks } from './log.ts';

/** What an app has registered while it loaded. */
export interface Registration {
  readonly functions: readonly { readonly metadata: FunctionMetadata; readonly callback: FunctionCallback }[];
  readonly model: ProgrammingModel;
}

export interface CoreModule {
  /** Ends registration: from now on `app.http(…)` and its kind throw, as in Azure. */
  finish(): Registration;
  /** Takes the module away again. */
  dispose(): void;
}

const specifier = '@azure/functions-core';
const url = 'functions-core:module';
/** Modules are loaded by text; the living object reaches that text through the global symbol registry. */
const handOver = Symbol.for('vm-identities.functions-core');

/**
 * Supplies `@azure/functions-core` to whatever this process loads from now on.
 * Without it `@azure/functions` falls back to its test mode and registers nothing.
 * @see https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/types-core/index.d.ts
 */
export function supplyCoreModule(hooks: Hooks): CoreModule {
  const functions = new Map<string, { metadata: FunctionMetadata; callback: FunctionCallback }>();
  let model: ProgrammingModel | undefined;
  let finished = false;
  const log: Log = (level, category, message) =>
    logThroughHooks(hooks, { level, category, source: 'app', message, invocationContext: undefined });

  Reflect.set(globalThis, handOver, {
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

  const loader = registerHooks({
    resolve: (name, context, next) =>
      name === specifier ? { url, format: 'commonjs', shortCircuit: true } : next(name, context),
    load: (address, context, next) =>
      address === url
        ? {
            format: 'commonjs',
            source: `module.exports = globalThis[Symbol.for('${handOver.description}')];`,
            shortCircuit: true,
          }
        : next(address, context),
  });

  return {
    finish() {
      finished = true;
      if (model === undefined)
        throw new Error('The bundle registered no function: it never called app.http or its kind.');
      return { functions: [...functions.values()], model };
    },
    dispose() {
      loader.deregister();
      Reflect.deleteProperty(globalThis, handOver);
    },
  };
}

/** The worker's own idea of a disposable: one call, once. */
class Disposable {
  readonly #dispose: () => unknown;
  #done = false;
  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }
  dispose(): void {
    if (this.#done) return;
    this.#done = true;
    this.#dispose();
  }
}

function isHookName(name: string): name is HookName {
  return hookNames.some((known) => known === name);
}
