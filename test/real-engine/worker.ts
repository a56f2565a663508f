import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { DurableExtension } from '../../local/host/durable/extension.ts';
import type { HostedFunction } from '../../local/host/invocation.ts';
import { startHost } from '../../local/host/start-host.ts';
import type { TriggerBinder, TriggerHost } from '../../local/host/trigger.ts';
import { listenOnLoopback } from '../../local/listen.ts';

/*
 * The built-in host with the real engine in place of its own: the engine calls orchestrators and activities over HTTP.
 * `--engine-port 0`: any free port; a restarted worker must have the same one. `PUT /client` says where the engine's
 * clients find it. Prints one line of JSON when it serves.
 */
const { values } = parseArgs({ options: { bundle: { type: 'string' }, 'engine-port': { type: 'string' } } });
const { bundle = '', 'engine-port': enginePort = '0' } = values;

const functions = new Map<string, { readonly fn: HostedFunction; readonly host: TriggerHost }>();
const first = Promise.withResolvers<string>();
/** Value of a durableClient binding: the last one that was put. */
let client = first.promise;
const bind: TriggerBinder = (fn, host) => {
  functions.set(fn.name, { fn, host });
  return {
    start: () => undefined,
    fire: () => Promise.reject(new Error('The engine runs it')),
    stop: async () => undefined,
  };
};
const durable: DurableExtension = {
  triggers: { orchestrationTrigger: bind, activityTrigger: bind },
  inputs: { durableClient: () => async () => ({ json: await client }) },
};

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, , name = ''] = (request.url ?? '').split('/');
  if (request.method === 'GET') {
    const triggers = [...functions].map(([each, { fn }]) => [each, fn.trigger.type]);
    response.end(JSON.stringify(Object.fromEntries(triggers)));
  } else if (request.method === 'PUT') {
    const json = await text(request);
    first.resolve(json);
    client = Promise.resolve(json);
    response.end();
  } else response.end(await invoke(name, await text(request), response));
}

/** @returns the function's result as JSON; for an error, the text that the Functions host makes of it */
async function invoke(name: string, trigger: string, response: ServerResponse): Promise<string> {
  const called = functions.get(name);
  if (called === undefined) throw new RangeError(`There is no function '${name}'`);
  const invocation = { invocationId: randomUUID(), data: { string: trigger }, triggerMetadata: {} };
  try {
    const { returnValue } = await called.host.invoke(called.fn, invocation);
    return returnValue?.json ?? JSON.stringify(returnValue?.string ?? returnValue?.int ?? returnValue?.double ?? null);
  } catch (error) {
    response.statusCode = 500;
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    return `Result: Failure\nException: ${message}\nStack: ${stack}`;
  }
}

process.env.FUNCTIONS_WORKER_RUNTIME = 'node';
process.stdin.once('close', () => process.exit()).resume();
const host = await startHost({ bundle, port: 0, keys: false, durable });
const server = createServer((request, response) => void handle(request, response));
// A connection that is closed while it is used again would look like a dead worker.
server.keepAliveTimeout = 0;
const port = await listenOnLoopback(server, Number(enginePort));
process.stdout.write(`${JSON.stringify({ url: host.url, enginePort: port })}\n`);
