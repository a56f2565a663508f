import { randomUUID } from 'node:crypto';
import { InvalidSettingError } from '../errors.ts';
import type { Handler, HttpContext, IncomingRequest, RouteParameters } from './context.ts';
import { isOurFault, toErrorResponse } from './error-response.ts';

/** What a client may call its request: it comes back in a header, so it may hold nothing that has a meaning there. */
const clientRequestId = /^[\w.:{}-]{1,128}$/;

/**
 * Answers one request: runs the handler, turns any error into its answer, and sets the headers that every answer has.
 * @param context how to get it; an invalid setting is thrown from here and answers 503
 * @param logError takes what went wrong on our side, one line per such request
 */
export async function serve(
  handler: Handler,
  request: IncomingRequest,
  parameters: RouteParameters,
  context: () => Promise<HttpContext>,
  logError: (message: string) => void,
): Promise<Response> {
  const requestId = randomUUID();
  const response = await answer(handler, request, parameters, context, (error) => {
    if (isOurFault(error)) logError(`${request.method} ${pathOf(request)} ${requestId}: ${describe(error)}`);
    return toErrorResponse(error, requestId);
  });
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('x-ms-request-id', requestId);
  const given = request.headers.get('x-ms-client-request-id');
  if (given !== null && clientRequestId.test(given)) response.headers.set('x-ms-client-request-id', given);
  return response;
}

async function answer(
  handler: Handler,
  request: IncomingRequest,
  parameters: RouteParameters,
  context: () => Promise<HttpContext>,
  onError: (error: unknown) => Response,
): Promise<Response> {
  try {
    return await handler(request, parameters, await context());
  } catch (error) {
    return onError(error);
  }
}

/** Without the query: it may hold a function key. */
function pathOf(request: IncomingRequest): string {
  return URL.parse(request.url)?.pathname ?? '';
}

function describe(error: unknown): string {
  if (error instanceof InvalidSettingError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
