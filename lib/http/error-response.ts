import { hasCode, InvalidSettingError, InventoryError, NotFoundError } from '../errors.ts';
import { RequestError } from './request-error.ts';

/** Seconds until a client may ask again for an inventory that is not there yet. */
const notReadyRetrySeconds = 30;

/**
 * The answer to an error. What we did not foresee becomes 500 `InternalError` with the request's id and nothing else of it.
 * @see https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors
 */
export function toErrorResponse(error: unknown, requestId: string): Response {
  if (error instanceof RequestError) {
    const headers: Record<string, string> = { ...error.headers };
    if (error.retryAfterSeconds !== null) headers['retry-after'] = String(error.retryAfterSeconds);
    return errorResponse(error.status, error, error.target, headers);
  }
  if (error instanceof NotFoundError) return errorResponse(404, error, null);
  if (error instanceof InvalidSettingError) return errorResponse(503, error, null);
  if (error instanceof InventoryError) {
    return errorResponse(503, error, null, { 'retry-after': String(notReadyRetrySeconds) });
  }
  const code = 'InternalError';
  const message = `Something unforeseen happened. The app's log has it under the request id ${requestId}`;
  return errorResponse(500, { code, message, hint: null }, null);
}

/** Whether the log should have it: what a client did wrong, or what is plainly not there, is no news. */
export function isOurFault(error: unknown): boolean {
  if (error instanceof RequestError) return error.status >= 500;
  return !(error instanceof NotFoundError) && !hasCode(error, 'InventoryNotReady');
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
