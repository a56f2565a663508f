import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listenOnLoopback } from '../listen.ts';
import { supplyCoreModule } from './core-module.ts';
import { createHooks } from './hooks.ts';
import { readHostJson } from './host-json.ts';
import { createHttpFront } from './http/http-front.ts';
import { createKeys, type HostKeys } from './http/keys.ts';
import { catchStreamingServer } from './http/streaming-server.ts';
import { indexFunctions } from './index-functions.ts';
import { createInvoker } from './invocation.ts';
import { errorText, logErrorsOf, writeLog } from './log.ts';
import { bindTimer } from './timer-trigger.ts';
import { type InputBinder, resolveSettings, type TriggerBinder } from './trigger.ts';

export interface StartHostOptions {
  /** The built app: one file for Node, `dist/functions.cjs`. It runs in this process and reads its settings from `process.env`. */
  readonly bundle: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Ask for keys as Azure does; off, as Core Tools has it. */
  readonly keys?: boolean;
  /** Listeners of further trigger types, by type (`orchestrationTrigger`). */
  readonly triggers?: Readonly<Record<string, TriggerBinder>>;
  /** Makers of further inputs, by the type of their binding (`durableClient`). */
  readonly inputs?: Readonly<Record<string, InputBinder>>;
  /** Stops the host. */
  readonly signal?: AbortSignal;
}

export interface FunctionDescription {
  readonly name: string;
  readonly type: string;
  /** HTTP only, as the three below it: null for other triggers. */
  readonly route: string | null;
  readonly methods: readonly string[] | null;
  readonly authLevel: string | null;
}

export interface LocalHost {
  readonly url: string;
  readonly functions: readonly FunctionDescription[];
  /** Null where no keys are asked for. */
  readonly keys: HostKeys | null;
  /**
   * Fires a timer now and waits until it has run.
   * @throws {RangeError} there is no such function
   * @throws the function's error, logged already
   */
  runTimer(name: string): Promise<void>;
  /** Ends timers and connections, waits a moment for what is running, then runs the appTerminate hooks. */
  stop(): Promise<void>;
}

/** How long a stop waits for invocations under way. */
const drainMs = 5_000;

/**
 * Starts a Functions host for one machine: loads a built bundle through `@azure/functions-core` and serves its functions on
 * 127.0.0.1. One bundle per process: what a bundle registers can't be taken back.
 * @throws the bundle can't be loaded, an appStart hook failed, or the port is taken
 */
export async function startHost(options: StartHostOptions): Promise<LocalHost> {
  options.signal?.throwIfAborted();
  const hostJson = await readHostJson(options.bundle);
  const hooks = createHooks();
  const core = supplyCoreModule(hooks);
  await import(pathToFileURL(resolve(options.bundle)).href);
  const registration = core.finish();
  const appContext = { hookData: {}, appHookData: hooks.appHookData, functionAppDirectory: hostJson.appDirectory };
  await hooks.run('appStart', appContext);
  const streamingServer = await catchStreamingServer(() => registration.model.getCapabilities({}));

  const invoker = createInvoker(registration.model, hooks);
  const { functions, routes, listeners } = indexFunctions(registration, {
    invoke: invoker.invoke,
    resolveSettings: (text) => resolveSettings(text, process.env),
    routePrefix: hostJson.routePrefix,
    extensions: hostJson.extensions,
    environment: process.env,
    binders: { timerTrigger: bindTimer, ...options.triggers },
    inputBinders: options.inputs ?? {},
  });
  const keys = options.keys === true ? createKeys(routes.map((route) => route.fn.name)) : null;
  const front = createHttpFront({ routes, listeners, invoke: invoker.invoke, keys, streamingServer });
  const url = `http://127.0.0.1:${await listenOnLoopback(front, options.port)}`;
  logErrorsOf(front);
  for (const listener of listeners.values()) listener.start();

  const stopOnce = runOnce(async () => {
    for (const listener of listeners.values()) listener.stop();
    front.close();
    front.closeIdleConnections();
    await atMost(invoker.idle(), drainMs);
    front.closeAllConnections();
    await hooks.run('appTerminate', appContext);
    core.dispose();
  });
  options.signal?.addEventListener('abort', () => void stopOnce().catch(logFailedStop), { once: true });

  return {
    url,
    keys,
    functions: functions.map((fn) => {
      const route = routes.find((candidate) => candidate.fn === fn);
      return {
        name: fn.name,
        type: fn.trigger.type,
        route: route?.route ?? null,
        methods: route?.methods ?? null,
        authLevel: route?.authLevel ?? null,
      };
    }),
    async runTimer(name) {
      const listener = listeners.get(name.toLowerCase());
      if (listener === undefined) throw new RangeError(`There is no function "${name}" that could be fired.`);
      await listener.fire(undefined);
    },
    stop: stopOnce,
  };
}

/** Waits for something, but no longer than that. */
function atMost(something: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    void something.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function logFailedStop(error: unknown): void {
  writeLog('error', 'host', `an appTerminate hook failed: ${errorText(error)}`);
}

/** Runs something at most once; later callers get the same promise. */
function runOnce(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
