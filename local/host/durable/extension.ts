import * as v from 'valibot';
import type { HostedFunction } from '../invocation.ts';
import type { InputBinder, TriggerBinder, TriggerHost, TriggerListener } from '../trigger.ts';
import { type ClientApi, startClientApi } from './client-api.ts';
import { createEngine, type Engine } from './engine.ts';
import { openHistoryStore } from './history-store.ts';

/**
 * `extensions.durableTask` of host.json.
 * @see https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-bindings#durable-functions-2x
 */
const settings = v.optional(
  v.object({
    hubName: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9]{2,44}$/i)), 'TestHubName'),
    maxConcurrentActivityFunctions: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 10),
  }),
  {},
);

export interface DurableExtension {
  readonly triggers: Readonly<Record<string, TriggerBinder>>;
  readonly inputs: Readonly<Record<string, InputBinder>>;
}

/**
 * A stand-in for the Durable Functions extension on one machine: orchestrations, their activities and clients. It keeps
 * histories in the storage account of `AzureWebJobsStorage`, so that orchestrations continue after the host was killed.
 */
export function createDurableExtension(): DurableExtension {
  const orchestrators = new Map<string, HostedFunction>();
  const activities = new Map<string, HostedFunction>();
  let engine: Engine | undefined;
  let api: Promise<ClientApi> | undefined;

  function engineOf({ invoke, extensions, environment }: TriggerHost): Engine {
    if (engine !== undefined) return engine;
    const { hubName, maxConcurrentActivityFunctions } = v.parse(settings, extensions.durableTask);
    const connectionString = environment.AzureWebJobsStorage ?? '';
    if (connectionString === '') {
      throw new RangeError('Orchestrations need AzureWebJobsStorage: set it to a connection string');
    }
    const store = openHistoryStore(connectionString, hubName);
    const activitiesAtOnce = maxConcurrentActivityFunctions;
    engine = createEngine({ store, invoke, orchestrators, activities, activitiesAtOnce });
    return engine;
  }

  const orchestrationTrigger: TriggerBinder = (fn, host) => {
    orchestrators.set(fn.name.toLowerCase(), fn);
    return {
      ...listener(fn),
      start() {
        // Without storage the app still serves HTTP. A client that starts an orchestration gets an error.
        if ((host.environment.AzureWebJobsStorage ?? '') !== '') engineOf(host).resume();
      },
      async stop() {
        await Promise.allSettled([engine?.stop(), api?.then((started) => started.close())]);
      },
    };
  };
  const activityTrigger: TriggerBinder = (fn) => {
    activities.set(fn.name.toLowerCase(), fn);
    return listener(fn);
  };
  const durableClient: InputBinder = (host) => async () => {
    api ??= startClientApi(() => engineOf(host)).catch((error: unknown) => {
      // The next invocation tries again.
      api = undefined;
      throw error;
    });
    const { url } = await api;
    const id = 'INSTANCEID';
    return {
      json: JSON.stringify({
        taskHubName: 'local',
        creationUrls: { createNewInstancePostUri: `${url}orchestrators/{functionName}[/{instanceId}]` },
        managementUrls: {
          id,
          statusQueryGetUri: `${url}instances/${id}`,
          terminatePostUri: `${url}instances/${id}/terminate`,
        },
        baseUrl: url,
        requiredQueryStringParameters: '',
        rpcBaseUrl: url,
      }),
    };
  };
  return { triggers: { orchestrationTrigger, activityTrigger }, inputs: { durableClient } };
}

function listener({ name }: HostedFunction): TriggerListener {
  return {
    start: () => undefined,
    fire: async () => {
      throw new RangeError(`"${name}" runs only within an orchestration, which a client starts`);
    },
    stop: async () => undefined,
  };
}
