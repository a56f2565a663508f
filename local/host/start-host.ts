import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { listenOnLoopback } from '../listen.ts';
import { supplyCoreModule } from './core-module.ts';
import type { DurableExtension } from './durable/extension.ts';
import { createHooks } from './hooks.ts';
import { readHostJson } from './host-json.ts';
import { createHttpFront } from './http/http-front.ts';
import { createKeys, type HostKeys } from './http/keys.ts';
import { catchStreamingServer } from './http/streaming-server.ts';
import { indexFunctions } from './index-functions.ts';
import { createInvoker } from './invocation.ts';
import { logErrorsOf, setLogFilter } from './log.ts';
import { createLogFilter } from './log-levels.ts';
import { bindTimer } from './timer-trigger.ts';
import { resolveSettings } from './trigger.ts';

export interface StartHostOptions {
  /** The built app, `dist/functions.cjs`. It runs in this process and reads its settings from `process.env`. */
  readonly bundle: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Require keys, as Azure does. Core Tools do not. */
  readonly keys: boolean;
  /** Names of functions, by the name of a key that they share. */
  readonly namedKeys?: Readonly<Record<string, readonly string[]>>;
  readonly durable: DurableExtension;
}

export interface FunctionDescription {
  readonly name: string;
  readonly type: string;
  /** For HTTP, like the next two; null for other triggers. */
  readonly route: string | null;
  readonly methods: readonly string[] | null;
  readonly authLevel: string | null;
}

export interface LocalHost {
  readonly url: string;
  readonly functions: readonly FunctionDescription[];
  /** null where no keys are required. */
  readonly keys: HostKeys | null;
  /** Stops timers and connections, waits up to `drainMs` for running invocations, then runs the appTerminate hooks. */
  stop(): Promise<void>;
}

const drainMs = 5_000;

/**
 * Starts a Functions host for one machine: loads a built bundle through `@azure/functions-core` and serves its
 * functions on 127.0.0.1. One bundle per process: a bundle cannot withdraw what it registers.
 * @throws the bundle cannot be loaded, an appStart hook failed, or the port is in use
 */
export async function startHost(options: StartHostOptions): Promise<LocalHost> {
  const hostJson = await readHostJson(options.bundle);
  setLogFilter(createLogFilter(hostJson.logLevels, process.env));
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
    binders: { timerTrigger: bindTimer, ...options.durable.triggers },
    inputBinders: options.durable.inputs,
  });
  const functionNames = routes.map((route) => route.fn.name);
  const keys = options.keys ? createKeys(functionNames, options.namedKeys ?? {}) : null;
  const front = createHttpFront({ routes, listeners, invoke: invoker.invoke, keys, streamingServer });
  const port = await listenOnLoopback(front, options.port);
  logErrorsOf(front);
  for (const listener of listeners.values()) listener.start();

  return {
    url: `http://127.0.0.1:${port}`,
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
    async stop() {
      const stopped = Promise.all(Array.from(listeners.values(), (listener) => listener.stop()));
      front.close();
      front.closeIdleConnections();
      await Promise.race([Promise.all([invoker.idle(), stopped]), delay(drainMs)]);
      front.closeAllConnections();
      await hooks.run('appTerminate', appContext);
      core.dispose();
    },
  };
}
