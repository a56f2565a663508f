import type { Token } from './token.ts';
import { readAccessToken } from './token-claims.ts';

/**
 * What the command `token` prints: the fields of `az account get-access-token`, with the same spelling.
 * @param subscription the id for scripts to use next, if there is one
 * @see https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
 */
export function accessTokenOutput(token: Token, subscription: string | null) {
  return {
    accessToken: token.token,
    /** Local time, `2026-11-21 10:15:57.000000`. */
    expiresOn: localTime(token.expiresOnTimestamp),
    /** Seconds since the epoch. */
    expires_on: Math.floor(token.expiresOnTimestamp / 1000),
    subscription,
    tenant: readAccessToken(token.token).tenantId,
    tokenType: 'Bearer',
  };
}

function localTime(timestamp: number): string {
  const time = new Date(timestamp);
  // The offset turns UTC into local time, which has no ISO form in JavaScript.
  const local = new Date(timestamp - time.getTimezoneOffset() * 60_000);
  return `${local.toISOString().slice(0, 23).replace('T', ' ')}000`;
}
