import { RequestError } from './request-error.ts';

/**
 * Azure's refusal of a live read, as our caller sees it. Never 403 or 401: those speak of the caller, not of this app's identity.
 * @param status what Azure answered
 */
export function upstreamError(
  status: number,
  code: string,
  message: string,
  options: { readonly hint: string | null; readonly retryAfterSeconds?: number },
): RequestError {
  if (status === 404) return new RequestError(404, { given: code }, message, { hint: options.hint });
  if (status === 429) {
    const retryAfterSeconds = options.retryAfterSeconds ?? 60;
    return new RequestError(503, 'Throttled', message, { hint: options.hint, retryAfterSeconds });
  }
  if (status === 401 || status === 403) return new RequestError(502, 'UpstreamDenied', message, { hint: options.hint });
  return new RequestError(502, 'UpstreamFailed', `${code}: ${message}`, { hint: options.hint });
}
