import { readAccessToken } from './access-token.ts';
import type { Token } from './token.ts';

/** What the command `token` prints: the fields of `az account get-access-token`, spelt as there. */
export interface AccessTokenOutput {
  readonly accessToken: string;
  /** Local time, `2026-11-21 10:15:57.000000`. */
  readonly expiresOn: string;
  /** Seconds since the epoch. */
  readonly expires_on: number;
  readonly subscription: string | null;
  readonly tenant: string | null;
  readonly tokenType: 'Bearer';
}

/**
 * @param subscription the id that scripts should go on with, where there is one
 * @see https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
 */
export function accessTokenOutput(token: Token, subscription: string | null): AccessTokenOutput {
  return {
    accessToken: token.token,
    expiresOn: localTime(token.expiresOnTimestamp),
    expires_on: Math.floor(token.expiresOnTimestamp / 1000),
    subscription,
    tenant: readAccessToken(token.token).tenantId,
    tokenType: 'Bearer',
  };
}

function localTime(timestamp: number): string {
  const time = new Date(timestamp);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${day} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}000`;
}
