import { randomUUID } from 'node:crypto';
import { InvalidSettingError } from '../errors.ts';
import type { IncomingRequest } from './context.ts';
import { isOurFault, toErrorResponse } from './error-response.ts';
import { RequestError } from './request-error.ts';

/** What a client may call its request: it comes back in a header, so it may hold nothing that has a meaning there. */
const clientRequestId = /^[\w.:{}-]{1,128}$/;

/**
 * Answers one request: turns any error into its answer, and sets the headers that every answer has.
 * @param respond makes the answer, or throws
 * @param logError takes what went wrong on our side, one line per such request
 */
export async function serve(
  request: IncomingRequest,
  respond: () => Promise<Response>,
  logError: (message: string) => void,
): Promise<Response> {
  const requestId = randomUUID();
  const whole = await orError(respond, (error) => {
    if (isOurFault(error)) logError(`${request.method} ${pathOf(request)} ${requestId}: ${describe(error)}`);
    return toErrorResponse(error, requestId);
  });
  const response = request.method === 'HEAD' ? await withoutBody(whole) : whole;
  response.headers.set('x-content-type-options', 'nosniff');
  response.headers.set('x-ms-request-id', requestId);
  const given = request.headers.get('x-ms-client-request-id');
  if (given !== null && clientRequestId.test(given)) response.headers.set('x-ms-client-request-id', given);
  return response;
}

async function orError(respond: () => Promise<Response>, onError: (error: unknown) => Response): Promise<Response> {
  try {
    return await respond();
  } catch (error) {
    return onError(error);
  }
}

/** The answer to HEAD: the headers that GET would have, and what was to be streamed is given up. */
async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}

/** Without the query: it may hold a function key. */
function pathOf(request: IncomingRequest): string {
  return URL.parse(request.url)?.pathname ?? '';
}

/** Where in the code it came about is told of what was not foreseen only. */
function describe(error: unknown): string {
  if (error instanceof RequestError) return `${error.code}: ${error.message}`;
  if (error instanceof InvalidSettingError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
