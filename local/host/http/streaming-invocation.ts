import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { HostedFunction, Invoke } from '../invocation.ts';
import { writeLog } from '../log.ts';
import { traceOf } from '../trace.ts';
import type { RouteValues } from './route-template.ts';

/**
 * Lets a function answer a request through the library's own server: body and answer stream, nothing is kept in between.
 * A handler that returns nothing leaves the request hanging, as in Azure; the host says so in its log.
 * @throws the function's error, logged already; the answer may have begun by then
 */
export async function invokeStreaming(
  server: Server,
  invoke: Invoke,
  call: {
    readonly fn: HostedFunction;
    readonly params: RouteValues;
    readonly invocationId: string;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
  },
): Promise<void> {
  const { fn, params, invocationId, request, response } = call;
  const { headers } = request;
  const triggerMetadata: Record<string, { readonly string: string } | { readonly json: string }> = {};
  for (const name in params) triggerMetadata[name] = { string: params[name] ?? '' };
  triggerMetadata.Headers = { json: JSON.stringify(headers) };

  headers['x-ms-invocation-id'] = invocationId;
  headers['x-forwarded-host'] = headers.host ?? 'localhost';
  headers['x-forwarded-proto'] = 'http';
  server.emit('request', request, response);
  await invoke(fn, { invocationId, data: {}, triggerMetadata, ...traceOf(request) });
  if (!response.writableEnded && !response.destroyed) {
    writeLog('warning', fn.name, 'returned nothing: with enableHttpStream the request hangs until the client gives up');
  }
}
