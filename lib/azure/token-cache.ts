import type { Token } from './token.ts';

/** A token with the moments that matter to its use, in milliseconds since the epoch. */
export interface CachedToken extends Token {
  /** From here on it is refreshed in the background, and goes on being used. */
  readonly refreshFrom: number;
  /** From here on a caller waits for a new one (and gets this one if none is to be had). */
  readonly staleFrom: number;
  /** The claims challenge that it answered. */
  readonly claims: string | null;
}

const safetyMs = 5 * 60_000;
const longLivedMs = 2 * 3_600_000;

/**
 * Used until five minutes before its end, refreshed at half of its life when that is over two hours: as MSAL does. A token that
 * comes with little life left (identity endpoints have caches of their own) is used for half of it, not fetched for each request.
 */
export function cachedToken(token: Token, claims: string | null, now: number): CachedToken {
  const life = Math.max(0, token.expiresOnTimestamp - now);
  const staleFrom = token.expiresOnTimestamp - Math.min(safetyMs, life / 2);
  return { ...token, refreshFrom: life > longLivedMs ? now + life / 2 : staleFrom, staleFrom, claims };
}
