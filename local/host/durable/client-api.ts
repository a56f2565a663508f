import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../../listen.ts';
import { readBody } from '../http/request-limits.ts';
import { errorText, logErrorsOf, writeLog } from '../log.ts';
import type { Engine } from './engine.ts';
import { endOf, eventTypes, type HistoryEvent, startOf } from './history.ts';

/** The server for durable clients. */
export interface ClientApi {
  /** Ends with a slash. Contains a secret: anyone who knows it may start and terminate orchestrations. */
  readonly url: string;
  close(): void;
}

const bodyLimitBytes = 1024 * 1024;

/**
 * Serves the requests of the library's client that this host supports: start, status, terminate.
 * @param engineOf throws where orchestrations are unavailable; the client receives the message
 */
export async function startClientApi(engineOf: () => Engine): Promise<ClientApi> {
  const secret = randomBytes(16).toString('hex');
  const server = createServer((request, response) => {
    handle(engineOf, `/${secret}`, request, response).catch((error: unknown) => {
      writeLog('error', 'host', `a request of an orchestration client failed: ${errorText(error)}`);
      answer(response, 500, { Message: error instanceof Error ? error.message : String(error) });
    });
  });
  const origin = `http://127.0.0.1:${await listenOnLoopback(server, 0)}`;
  logErrorsOf(server);
  return {
    url: `${origin}/${secret}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function handle(
  engineOf: () => Engine,
  prefix: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (!pathname.startsWith(`${prefix}/`)) return answer(response, 404);
  const engine = engineOf();
  const [kind, first = '', second] = pathname
    .slice(prefix.length + 1)
    .split('/')
    .map(decodeURIComponent);
  const route = `${request.method} ${kind}${second === 'terminate' ? '/terminate' : ''}`;
  if (route === 'POST orchestrators' && second !== undefined) {
    const body = (await readBody(request, bodyLimitBytes)).toString();
    const outcome = await engine.start(first, second, body === '' ? null : JSON.parse(body));
    if (outcome === 'started') return answer(response, 202, { id: second });
    if (outcome === 'unknown') return answer(response, 404, { Message: `There is no orchestrator '${first}'.` });
    const Message = 'An Orchestration instance with the status Running already exists.';
    return answer(response, 409, { Message });
  }
  if (route === 'GET instances') {
    const history = await engine.history(first);
    if (history === null) return answer(response, 404);
    return answer(response, endOf(history) === undefined ? 202 : 200, statusOf(first, history));
  }
  if (route === 'POST instances/terminate') {
    const outcome = await engine.terminate(first, searchParams.get('reason') ?? '');
    return answer(response, { terminated: 202, ended: 410, missing: 404 }[outcome]);
  }
  return answer(response, 501, { Message: `The built-in host does not support ${route}` });
}

function statusOf(instanceId: string, history: readonly HistoryEvent[]): object {
  const started = startOf(history);
  const end = endOf(history);
  const turns = history.filter((event) => event.EventType === eventTypes.OrchestratorCompleted);
  return {
    name: started?.Name ?? '',
    instanceId,
    runtimeStatus: end?.OrchestrationStatus ?? (turns.length === 0 ? 'Pending' : 'Running'),
    input: JSON.parse(started?.Input ?? 'null'),
    customStatus: turns.at(-1)?.CustomStatus ?? null,
    output: end === undefined ? null : JSON.parse(end.Result),
    createdTime: wholeSeconds(history.at(0)),
    lastUpdatedTime: wholeSeconds(history.at(-1)),
  };
}

function wholeSeconds(event: HistoryEvent | undefined): string | undefined {
  return event?.Timestamp.replace(/\.\d+Z$/, 'Z');
}

/** @param body none: an empty answer */
function answer(response: ServerResponse, status: number, body?: object): void {
  if (body === undefined) response.writeHead(status, { 'content-length': 0 }).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
