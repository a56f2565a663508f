import { parseJson } from '../../json.ts';
import { isObject, member, textOrNull } from '../json.ts';
import { readAccessToken } from '../token-claims.ts';

/** The outcome of one attempt at an identity endpoint. */
export type IdentityEndpointAnswer =
  | { readonly kind: 'token'; readonly token: string; readonly expiresOnTimestamp: number }
  | { readonly kind: 'refused'; readonly status: number; readonly body: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'unreachable'; readonly errorCode: string }
  | { readonly kind: 'timeout' }
  /** The library failed before or after the request, with this message. */
  | { readonly kind: 'failed'; readonly message: string };

/** The error code if IMDS does not respond at its well-known address. */
export const noProbeAnswer = 'NoProbeAnswer';

const nothingListens =
  /^(ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|EHOSTDOWN|ENOTFOUND|EAI_AGAIN|EACCES|EPERM|NoProbeAnswer)$/;

/** Nothing listens there, as opposed to a connection that breaks. */
export function isNothingListening(answer: IdentityEndpointAnswer): boolean {
  return answer.kind === 'unreachable' && nothingListens.test(answer.errorCode);
}

/** Code and message of an error body of any identity endpoint. HTML or other text is the message. */
export function parseIdentityError(body: string): { readonly code: string | null; readonly message: string } {
  const parsed = parseJson(body);
  const error = member(parsed, 'error');
  const inner = isObject(error) ? error : parsed;
  const code = textOrNull(member(inner, 'code')) ?? textOrNull(error) ?? textOrNull(member(parsed, 'statusCode'));
  const message =
    textOrNull(member(parsed, 'error_description')) ??
    textOrNull(member(inner, 'message')) ??
    textOrNull(member(parsed, 'message')) ??
    textOrNull(member(parsed, 'Message'));
  return { code, message: message ?? body };
}

/**
 * When a token expires, in milliseconds since the epoch: according to the endpoint, else to the token, else now (usable
 * once). Endpoints write numbers as strings, and some write dates.
 */
export function expiryOf(token: string, answer: unknown, now: number): number {
  const expiresOn = member(answer, 'expires_on') ?? '';
  const timestamp = expiresOn === '' ? Number.NaN : Number(expiresOn) * 1000 || Date.parse(String(expiresOn));
  if (Number.isFinite(timestamp)) return timestamp;
  const remainingSeconds = Number(member(answer, 'expires_in') ?? Number.NaN);
  if (Number.isFinite(remainingSeconds)) return now + remainingSeconds * 1000;
  return readAccessToken(token).expiresOnTimestamp ?? now;
}
