import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Invoke } from '../invocation.ts';
import { errorText, writeLog } from '../log.ts';
import type { TriggerListener } from '../trigger.ts';
import { handleAdmin } from './admin.ts';
import { invokeBuffered, RequestTooLargeError } from './http-invocation.ts';
import { findRoute, type HttpRoute } from './http-route.ts';
import { type HostKeys, mayCall } from './keys.ts';
import { bodyLimitBytes, headersLimitBytes, refusal } from './request-limits.ts';
import { requestPath } from './request-path.ts';
import { invokeStreaming } from './streaming-invocation.ts';

export interface HttpFrontOptions {
  readonly routes: readonly HttpRoute[];
  readonly listeners: ReadonlyMap<string, TriggerListener>;
  readonly invoke: Invoke;
  /** Null: no function asks for a key. */
  readonly keys: HostKeys | null;
  /** Null: the app doesn't stream. */
  readonly streamingServer: Server | null;
}

/** The server that takes requests: limits, routes, keys, then the function. Every answer of its own has an empty body. */
export function createHttpFront(options: HttpFrontOptions): Server {
  const server = createServer({ maxHeaderSize: headersLimitBytes }, (request, response) => {
    const { socket } = request;
    response.once('finish', () => passOver(request, socket));
    handle(options, request, response).catch((error: unknown) => fail(response, error));
  });
  // Without a listener Node hangs up on CONNECT; no function can have that method.
  server.on('connect', (_, socket) => refuseTunnel(socket));
  // Kestrel keeps idle connections for 130 s; Node's 5 s would cut those of clients that pool.
  server.keepAliveTimeout = 130_000;
  return server;
}

/** Node has let go of the connection: that it breaks, or that the client never ends its side, is for us to see to. */
function refuseTunnel(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n', () => socket.destroy());
}

/**
 * Makes way for the next request of the connection when an answer came before the whole body was read: what is left is read and
 * thrown away, as Kestrel does. Where the reader has closed the body that cannot be, and the connection ends.
 */
function passOver(request: IncomingMessage, socket: Socket): void {
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
  if (/^\/admin(?:\/|$)/i.test(path)) return handleAdmin(request, response, path, options);
  const found = findRoute(options.routes, request.method ?? '', path);
  if (found === null) return answerEmpty(response, 404);
  const { fn, authLevel } = found.route;
  if (options.keys !== null && !mayCall(options.keys, request, authLevel, fn.name)) return answerEmpty(response, 401);

  const call = { fn, params: found.params, invocationId: randomUUID(), request, response };
  try {
    if (options.streamingServer === null) await invokeBuffered(options.invoke, { ...call, limitBytes: bodyLimitBytes });
    else await invokeStreaming(options.streamingServer, options.invoke, call);
  } catch (error) {
    // What a function threw is logged by the invocation; the caller learns nothing of it.
    breakOff(response, error instanceof RequestTooLargeError ? 413 : 500);
  }
}

/** A request target may be a whole address (as for a proxy): its path and query count. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  return URL.canParse(target) ? target.replace(/^\w[\w+.-]*:\/\/[^/?#]*/, '').replace(/^(?!\/)/, '/') : '/';
}

function answerEmpty(response: ServerResponse, status: number, close = false): void {
  if (close) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-length': 0 }).end();
}

/** Ends an answer that went wrong: with that status, or by cutting the connection when it has begun. */
function breakOff(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  answerEmpty(response, status);
}

function fail(response: ServerResponse, error: unknown): void {
  writeLog('error', 'host', errorText(error));
  breakOff(response, 500);
}
