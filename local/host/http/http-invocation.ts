import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { HttpCookie, HttpData, NullableString, TypedData } from '../core-types.ts';
import type { HostedFunction, Invocation, Invoke } from '../invocation.ts';
import { writeLog } from '../log.ts';
import { bodyLimitBytes, readBody } from './request-limits.ts';
import type { RouteValues } from './route-template.ts';

/** A request whose route, key and limits are checked. */
export interface HttpCall {
  readonly fn: HostedFunction;
  readonly params: RouteValues;
  readonly invocationId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Invokes a function without streaming: reads the whole body, then sends the whole answer.
 * @throws {RequestTooLargeError} the body is longer than the platform accepts
 * @throws the function's error, which is logged already
 */
export async function invokeBuffered(invoke: Invoke, call: HttpCall): Promise<void> {
  const { fn, params, invocationId, request, response } = call;
  const url = new URL(`http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  const http: HttpData = {
    method: request.method ?? 'GET',
    url: url.href,
    nullableHeaders: nullable(headers),
    nullableParams: nullable(Object.entries(params)),
    nullableQuery: nullable(joinRepeated(url.searchParams)),
    body: { bytes: await readBody(request, bodyLimitBytes) },
  };
  const answer = await invoke(fn, { invocationId, data: { http }, triggerMetadata: {}, ...traceOf(request) });
  send(response, answer.returnValue?.http);
}

/**
 * Invokes a function through the library's own server: body and answer stream, nothing is buffered.
 * A handler that throws or returns nothing leaves the request open, as in Azure: its host waits for an answer. Both are
 * logged.
 */
export async function invokeStreaming(server: Server, invoke: Invoke, call: HttpCall): Promise<void> {
  const { fn, params, invocationId, request, response } = call;
  const { headers } = request;
  const triggerMetadata: Record<string, TypedData> = {};
  for (const name in params) triggerMetadata[name] = { string: params[name] ?? '' };
  triggerMetadata.Headers = { json: JSON.stringify(headers) };

  headers['x-ms-invocation-id'] = invocationId;
  headers['x-forwarded-host'] = headers.host ?? 'localhost';
  headers['x-forwarded-proto'] = 'http';
  server.emit('request', request, response);
  // The invocation has logged the function's error.
  const [ended] = await Promise.allSettled([
    invoke(fn, { invocationId, data: {}, triggerMetadata, ...traceOf(request) }),
  ]);
  if (ended.status === 'fulfilled' && !response.writableEnded && !response.destroyed) {
    writeLog(
      'warning',
      fn.name,
      'returned nothing: with enableHttpStream the request stays open until the client leaves',
    );
  }
}

/** The W3C trace context of the caller. @see https://www.w3.org/TR/trace-context/ */
function traceOf(request: IncomingMessage): Pick<Invocation, 'traceParent' | 'traceState'> {
  const { traceparent, tracestate } = request.headers;
  return {
    traceParent: typeof traceparent === 'string' ? traceparent : undefined,
    traceState: typeof tracestate === 'string' ? tracestate : undefined,
  };
}

/** A function that returns nothing answers 204. */
function send(response: ServerResponse, answer: HttpData | undefined): void {
  if (answer === undefined) {
    response.writeHead(204).end();
    return;
  }
  response.statusCode = Number(answer.statusCode ?? 200);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (name !== 'transfer-encoding' && name !== 'connection') response.setHeader(name, value);
  }
  if (answer.cookies !== undefined && answer.cookies.length > 0)
    response.setHeader('set-cookie', answer.cookies.map(cookieText));
  response.end(answer.body?.bytes ?? answer.body?.string);
}

function cookieText(cookie: HttpCookie): string {
  const { name, value, domain, path, expires, maxAge, secure, httpOnly, sameSite } = cookie;
  const parts = [`${name}=${encodeURIComponent(value)}`];
  if (maxAge !== undefined) parts.push(`max-age=${maxAge.value}`);
  if (domain !== undefined) parts.push(`domain=${domain.value}`);
  if (path !== undefined) parts.push(`path=${path.value}`);
  if (expires !== undefined) parts.push(`expires=${new Date(expires.value.seconds * 1000).toUTCString()}`);
  if (secure?.value === true) parts.push('secure');
  if (httpOnly?.value === true) parts.push('httponly');
  if (sameSite === 'lax' || sameSite === 'strict') parts.push(`samesite=${sameSite}`);
  if (sameSite === 'explicitNone') parts.push('samesite=none');
  return parts.join('; ');
}

/** Without streaming the real host joins repeated query parameters with commas. */
function joinRepeated(query: URLSearchParams): [string, string][] {
  return [...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]);
}

function nullable(entries: readonly (readonly [string, string])[]): Record<string, NullableString> {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}
