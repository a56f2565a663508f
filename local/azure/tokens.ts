import { Buffer } from 'node:buffer';
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import type { HostIdentity } from './tenant/types.ts';

const claimsSchema = v.object({
  aud: v.string(),
  iss: v.string(),
  iat: v.number(),
  nbf: v.number(),
  exp: v.number(),
  appid: v.string(),
  oid: v.string(),
  sub: v.string(),
  tid: v.string(),
  xms_mirid: v.string(),
  uti: v.string(),
});
/** The claims of a managed identity's token that are used here. Times are in seconds since the epoch. */
export type TokenClaims = v.InferOutput<typeof claimsSchema>;

export interface MintedToken {
  readonly token: string;
  readonly claims: TokenClaims;
}

/** Stands in for Entra: issues tokens and verifies them. Its key lives as long as the process. */
export interface TokenIssuer {
  mint(identity: HostIdentity, audience: string): MintedToken;
  /** @returns the claims of a token that this issuer signed, whatever its expiry; null for any other text */
  verify(token: string): TokenClaims | null;
  /** From now on the token counts as expired, whatever its `exp`. */
  revoke(token: string): void;
  isRevoked(token: string): boolean;
}

/** @param lifetimeSeconds validity of a token; 24 hours for managed identities in Azure */
export function createTokenIssuer(tenantId: string, lifetimeSeconds: number): TokenIssuer {
  const key = randomBytes(32);
  const revoked = new Set<string>();
  const header = encode({ typ: 'JWT', alg: 'HS256', kid: 'local' });
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');

  return {
    mint(identity, audience) {
      const now = Math.floor(Date.now() / 1000);
      const claims: TokenClaims = {
        aud: audience,
        iss: `https://sts.windows.net/${tenantId}/`,
        iat: now,
        nbf: now,
        exp: now + lifetimeSeconds,
        appid: identity.clientId,
        oid: identity.principalId,
        sub: identity.principalId,
        tid: tenantId,
        xms_mirid: identity.resourceId,
        uti: randomUUID(),
      };
      const payload = encode({ ...claims, appidacr: '2', idp: claims.iss, idtyp: 'app', ver: '1.0' });
      const token = `${header}.${payload}.${sign(`${header}.${payload}`)}`;
      return { token, claims };
    },
    verify(token) {
      const [head, payload, signature] = token.split('.');
      if (head === undefined || payload === undefined || signature === undefined) return null;
      const expected = Buffer.from(sign(`${head}.${payload}`));
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return v.parse(claimsSchema, JSON.parse(Buffer.from(payload, 'base64url').toString()));
    },
    revoke: (token) => {
      revoked.add(token);
    },
    isRevoked: (token) => revoked.has(token),
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
