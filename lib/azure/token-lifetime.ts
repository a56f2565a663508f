import type { Token } from './token.ts';

/** A token, and how long to use it. Times are milliseconds since the epoch. */
export interface CachedToken extends Token {
  /** From then on it is refreshed in the background and still used. */
  readonly refreshFrom: number;
  /** From then on callers wait for a new one, and get this one if there is none. */
  readonly staleFrom: number;
  /** The claims challenge that it answers. */
  readonly claims: string | null;
}

const safetyMs = 5 * 60_000;
const longLivedMs = 2 * 3_600_000;

/**
 * A token is used until five minutes before it expires. One that is valid for more than two hours is refreshed at half
 * of its life. MSAL does the same. Identity endpoints cache, so a token may arrive with little life left. If
 * it arrives with less than ten minutes left, it is used for half of them.
 */
export function cachedToken(token: Token, claims: string | null, now: number): CachedToken {
  const life = Math.max(0, token.expiresOnTimestamp - now);
  const staleFrom = token.expiresOnTimestamp - Math.min(safetyMs, life / 2);
  return { ...token, refreshFrom: life > longLivedMs ? now + life / 2 : staleFrom, staleFrom, claims };
}
