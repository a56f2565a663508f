import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TriggerListener } from '../trigger.ts';
import type { HttpRoute } from './http-route.ts';
import { type HostKeys, hasKey, mayCall } from './keys.ts';
import { bodyLimitBytes, readBody } from './request-limits.ts';

/**
 * `POST /admin/functions/{name}` with `{"input": …}` answers 202, then runs the function. A function with an HTTP trigger
 * does not run here. With keys it requires the master key. It requires a JSON content type, which a page of another origin cannot send
 * unasked.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
 */
export async function handleAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  host: {
    readonly keys: HostKeys | null;
    readonly listeners: ReadonlyMap<string, TriggerListener>;
    readonly routes: readonly HttpRoute[];
  },
): Promise<void> {
  const [, name] = /^\/admin\/functions\/([^/]+)\/?$/i.exec(path) ?? [];
  const status = (code: number) => void response.writeHead(code, { 'content-length': 0 }).end();
  if (name === undefined || request.method !== 'POST') return status(404);
  if (host.keys !== null && !mayCall(host.keys, request, 'admin', null)) return status(hasKey(request) ? 403 : 401);
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) return status(415);
  const invocation = parse((await readBody(request, bodyLimitBytes)).toString());
  if (typeof invocation !== 'object' || invocation === null) return status(400);
  const listener = host.listeners.get(name.toLowerCase());
  if (listener === undefined)
    return status(host.routes.some(({ fn }) => fn.name.toLowerCase() === name.toLowerCase()) ? 202 : 404);
  status(202);
  // The invocation logs its own failure; the caller already has an answer.
  await Promise.allSettled([listener.fire('input' in invocation ? invocation.input : undefined)]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
