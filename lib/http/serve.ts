import { randomUUID } from 'node:crypto';
import { hasCode, ImpossibleFilterError, InvalidSettingError, InventoryError, NotFoundError } from '../errors.ts';
import type { IncomingRequest } from './context.ts';
import { RequestError } from './request-error.ts';

/** A client's own request id comes back in a header, so it may hold only characters without a meaning there. */
const clientRequestId = /^[\w.:{}-]{1,128}$/;

/** Seconds until a client may retry an inventory that is not ready. */
const notReadyRetrySeconds = 30;

/**
 * Answers one request: turns an error into its answer, and sets the headers that every answer has.
 * @param respond makes the answer, or throws
 * @param logError gets one line for each request that fails through our fault
 */
export async function serve(
  request: IncomingRequest,
  respond: () => Promise<Response>,
  logError: (message: string) => void,
): Promise<Response> {
  const requestId = randomUUID();
  const whole = await respond().catch((error: unknown) => {
    if (isOurFault(error)) logError(`${request.method} ${pathOf(request)} ${requestId}: ${describe(error)}`);
    return toErrorResponse(error, requestId);
  });
  const response = request.method === 'HEAD' ? await withoutBody(whole) : whole;
  response.headers.set('x-content-type-options', 'nosniff');
  // Browsers ignore it over http, as on a developer's machine.
  response.headers.set('strict-transport-security', 'max-age=31536000');
  response.headers.set('x-ms-request-id', requestId);
  const given = request.headers.get('x-ms-client-request-id');
  if (given !== null && clientRequestId.test(given)) response.headers.set('x-ms-client-request-id', given);
  return response;
}

/** The answer to HEAD: the headers of GET. Cancels what was to be streamed. */
async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}

/** Without the query, which may hold a function key. */
function pathOf(request: IncomingRequest): string {
  return URL.parse(request.url)?.pathname ?? '';
}

/** Only an unforeseen error shows its stack. */
function describe(error: unknown): string {
  if (error instanceof RequestError) {
    return `${error.code}: ${error.cause instanceof Error ? error.cause.message : error.message}`;
  }
  if (error instanceof InvalidSettingError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Whether to log an error: not for a client's mistake, or a request for something that does not exist. */
function isOurFault(error: unknown): boolean {
  if (error instanceof RequestError) return error.status >= 500;
  if (error instanceof NotFoundError || error instanceof ImpossibleFilterError) return false;
  return !hasCode(error, 'InventoryNotReady');
}

/**
 * The answer to an error. An unforeseen error becomes 500 `InternalError`, which shows the request's id and no details.
 * @see https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors
 */
function toErrorResponse(error: unknown, requestId: string): Response {
  if (error instanceof RequestError) {
    const headers: Record<string, string> = { ...error.headers };
    if (error.retryAfterSeconds !== null) headers['retry-after'] = String(error.retryAfterSeconds);
    return errorResponse(error.status, error, error.target, headers);
  }
  if (error instanceof ImpossibleFilterError) return errorResponse(400, error, error.parameter);
  if (error instanceof NotFoundError) return errorResponse(404, error, null);
  if (error instanceof InvalidSettingError) return errorResponse(503, error, null);
  if (error instanceof InventoryError) {
    return errorResponse(503, error, null, { 'retry-after': String(notReadyRetrySeconds) });
  }
  const code = 'InternalError';
  const message = `An unexpected error occurred. Search the app's log for the request id ${requestId}`;
  return errorResponse(500, { code, message, hint: null }, null);
}

function errorResponse(
  status: number,
  error: Pick<InventoryError, 'code' | 'message' | 'hint'>,
  target: string | null,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const details = error.hint === null ? [] : [{ code: 'Hint', message: error.hint }];
  const body = JSON.stringify({ error: { code: error.code, message: error.message, target, details } });
  return new Response(body, {
    status,
    headers: {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-ms-error-code': error.code,
    },
  });
}
