import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Invoke } from '../invocation.ts';
import { errorText, writeLog } from '../log.ts';
import type { TriggerListener } from '../trigger.ts';
import { handleAdmin } from './admin.ts';
import { invokeBuffered, invokeStreaming } from './http-invocation.ts';
import { findRoute, type HttpRoute } from './http-route.ts';
import { type HostKeys, mayCall } from './keys.ts';
import { headersLimitBytes, refusal } from './request-limits.ts';
import { requestPath } from './request-path.ts';

export interface HttpFrontOptions {
  readonly routes: readonly HttpRoute[];
  readonly listeners: ReadonlyMap<string, TriggerListener>;
  readonly invoke: Invoke;
  /** null = no function requires a key. */
  readonly keys: HostKeys | null;
  /** null = the app does not stream. */
  readonly streamingServer: Server | null;
}

/** Checks the limits, route and key of a request, then invokes the function. Its own answers are empty. */
export function createHttpFront(options: HttpFrontOptions): Server {
  const server = createServer({ maxHeaderSize: headersLimitBytes }, (request, response) => {
    const { socket } = request;
    response.once('finish', () => discardRest(request, socket));
    handle(options, request, response).catch((error: unknown) => {
      writeLog('error', 'host', errorText(error));
      breakOff(response, 500);
    });
  });
  // Without a listener Node closes the connection on CONNECT. No function can have that method.
  server.on('connect', (_, socket) => refuseTunnel(socket));
  // Kestrel keeps idle connections for 130 s. Node's 5 s would break connections that clients pool.
  server.keepAliveTimeout = 130_000;
  return server;
}

/** After CONNECT Node no longer manages the socket: its errors, and a client that never ends its side. */
function refuseTunnel(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n', () => socket.destroy());
}

/**
 * After an answer to a half-read request, reads and discards the rest of the body, as Kestrel does, so that the
 * connection can carry the next request. If the reader has closed the body, closes the connection instead.
 */
function discardRest(request: IncomingMessage, socket: Socket): void {
  if (request.complete) return;
  if (request.destroyed) socket.destroySoon();
  else request.resume();
}

async function handle(options: HttpFrontOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refused = refusal(request);
  if (refused !== null) return answerEmpty(response, refused, true);
  request.url = originForm(request.url ?? '/');
  const path = requestPath(request.url);
  if (path === null) return answerEmpty(response, 400);
  if (path === '/') return answerHomepage(response);
  if (/^\/admin(?:\/|$)/i.test(path)) return handleAdmin(request, response, path, options);
  const found = findRoute(options.routes, request.method ?? '', path);
  if (found === null) return answerEmpty(response, 404);
  const { fn, authLevel } = found.route;
  if (options.keys !== null && !mayCall(options.keys, request, authLevel, fn.name)) return answerEmpty(response, 401);

  const call = { fn, params: found.params, invocationId: randomUUID(), request, response };
  try {
    if (options.streamingServer === null) await invokeBuffered(options.invoke, call);
    else await invokeStreaming(options.streamingServer, options.invoke, call);
  } catch {
    // The invocation has logged the function's error. The caller receives no details.
    breakOff(response, 500);
  }
}

/** Path and query of a request target. A client may send an absolute URL, as it does to a proxy. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  return URL.canParse(target) ? target.replace(/^\w[\w+.-]*:\/\/[^/?#]*/, '').replace(/^(?!\/)/, '/') : '/';
}

/** Azure's host shows a page here, unless a setting turns it off. */
function answerHomepage(response: ServerResponse): void {
  if (/^true$/i.test(process.env.AzureWebJobsDisableHomepage ?? '')) return void response.writeHead(204).end();
  response.writeHead(200, { 'content-type': 'text/html' }).end('Your Functions host is up and running.');
}

function answerEmpty(response: ServerResponse, status: number, close = false): void {
  if (close) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-length': 0 }).end();
}

/** Ends a failed answer: with that status, or by closing the connection when the answer has begun. */
function breakOff(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  answerEmpty(response, status);
}
