import { readAccessToken } from '../access-token.ts';

/** What one attempt at an identity endpoint came to. */
export type IdentityEndpointAnswer =
  | { readonly kind: 'token'; readonly token: string; readonly expiresOnTimestamp: number }
  | { readonly kind: 'refused'; readonly status: number; readonly body: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'unreachable'; readonly errorCode: string }
  | { readonly kind: 'timeout' }
  /** The library gave up before or after the wire: its own words. */
  | { readonly kind: 'failed'; readonly message: string };

const nothingListens =
  /^(ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|EHOSTDOWN|ENOTFOUND|EAI_AGAIN|EACCES|EPERM|NoProbeAnswer)$/;

/** Nothing listens there at all, as opposed to something that breaks off. */
export function isNothingListening(answer: IdentityEndpointAnswer): boolean {
  return answer.kind === 'unreachable' && nothingListens.test(answer.errorCode);
}

/** Code and words of an error body of any identity endpoint; an HTML page or other text is its own words. */
export function errorWords(body: string): { readonly code: string | null; readonly message: string } {
  const parsed = parseJson(body);
  if (!isRecord(parsed)) return { code: null, message: body };
  const inner = isRecord(parsed.error) ? parsed.error : parsed;
  const code = firstText([inner.code, parsed.error, parsed.statusCode]);
  const message = firstText([parsed.error_description, inner.message, parsed.message, parsed.Message]);
  return { code, message: message ?? body };
}

/**
 * When a token ends, in milliseconds since the epoch: as the endpoint says, else as the token says, else now (it serves once).
 * Endpoints write numbers as strings, and some write dates.
 */
export function expiryOf(token: string, answer: Readonly<Record<string, unknown>>, now: number): number {
  const on = answer.expires_on ?? '';
  const end = on === '' ? Number.NaN : Number(on) * 1000 || Date.parse(String(on));
  if (Number.isFinite(end)) return end;
  const remaining = Number(answer.expires_in ?? Number.NaN);
  if (Number.isFinite(remaining)) return now + remaining * 1000;
  return readAccessToken(token).expiresOnTimestamp ?? now;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function firstText(values: readonly unknown[]): string | null {
  return values.find((value): value is string => typeof value === 'string' && value !== '') ?? null;
}
