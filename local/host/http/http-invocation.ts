import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpCookie, HttpData, NullableString } from '../core-types.ts';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { traceOf } from '../trace.ts';
import type { RouteValues } from './route-template.ts';

/** The request is larger than the host takes. */
export class RequestTooLargeError extends Error {
  override readonly name = 'RequestTooLargeError';
}

/**
 * Lets a function answer a request without streaming: the body is read whole, the answer is sent whole.
 * @throws {RequestTooLargeError} the body is longer than `limitBytes`
 * @throws the function's error, logged already
 */
export async function invokeBuffered(
  invoke: Invoke,
  call: {
    readonly fn: HostedFunction;
    readonly params: RouteValues;
    readonly invocationId: string;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly limitBytes: number;
  },
): Promise<void> {
  const { fn, params, invocationId, request, response, limitBytes } = call;
  const url = new URL(`http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  const http: HttpData = {
    method: request.method ?? 'GET',
    url: url.href,
    nullableHeaders: nullable(headers),
    nullableParams: nullable(Object.entries(params)),
    nullableQuery: nullable(joinRepeated(url.searchParams)),
    body: { bytes: await readBody(request, limitBytes) },
  };
  const answer = await invoke(fn, { invocationId, data: { http }, triggerMetadata: {}, ...traceOf(request) });
  send(response, answer.returnValue?.http);
}

/** Reads a body whole. @throws {RequestTooLargeError} */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > limitBytes) throw new RequestTooLargeError(`The body is longer than ${limitBytes} bytes.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
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

/** The real host joins repeated query parameters with commas when it doesn't stream. */
function joinRepeated(query: URLSearchParams): [string, string][] {
  return [...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]);
}

function nullable(entries: readonly (readonly [string, string])[]): Record<string, NullableString> {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}
