import { describe, expect, test } from 'vitest';
import { accessTokenOutput } from '../../lib/azure/access-token-output.ts';
import { readAccessToken } from '../../lib/azure/token-claims.ts';
import { accessToken } from './fixtures/identity-endpoint.ts';

describe('the claims of a token', () => {
  test('are read from tokens of version 1 and 2', () => {
    const one = readAccessToken(
      accessToken({ oid: 'o', appid: 'a', tid: 't', aud: 'u', exp: 1_800_000_000, idtyp: 'app' }),
    );
    const two = readAccessToken(accessToken({ oid: 'o', azp: 'a', xms_mirid: '/subscriptions/s' }));

    expect(one).toEqual({
      principalId: 'o',
      clientId: 'a',
      tenantId: 't',
      managedIdentityResourceId: null,
      audience: 'u',
      identityType: 'app',
      expiresOnTimestamp: 1_800_000_000_000,
    });
    expect(two).toMatchObject({ clientId: 'a', managedIdentityResourceId: '/subscriptions/s' });
  });

  test.each(['', 'opaque', 'a.b.c', 'a.bnVsbA.c', 'a.W10.c'])('are all null for %j', (token) => {
    expect(new Set(Object.values(readAccessToken(token)))).toEqual(new Set([null]));
  });
});

test('a token is printed as az prints it', () => {
  const end = new Date(2026, 10, 21, 9, 5, 7, 250).getTime();
  const token = accessToken({ tid: 'tenant' });

  const output = accessTokenOutput({ token, expiresOnTimestamp: end }, 'subscription');

  expect(output).toEqual({
    accessToken: token,
    expiresOn: '2026-11-21 09:05:07.250000',
    expires_on: Math.floor(end / 1000),
    subscription: 'subscription',
    tenant: 'tenant',
    tokenType: 'Bearer',
  });
});
