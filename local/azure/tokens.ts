import { Buffer } from 'node:buffer';
import { randomBytes, randomUUID } from 'node:crypto';
import type { HostIdentity } from './tenant/types.ts';

/** The claims of a managed identity's token that are used here. Times are in seconds since the epoch. */
export interface TokenClaims {
  /** Audience. */
  readonly aud: string;
  /** Issuer. */
  readonly iss: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  /** Client id. */
  readonly appid: string;
  /** Principal id. */
  readonly oid: string;
  readonly tid: string;
}

export interface MintedToken {
  readonly token: string;
  readonly claims: TokenClaims;
}

/** Stands in for Entra: issues tokens, and recognizes the ones that it issued. */
export interface TokenIssuer {
  mint(identity: HostIdentity, audience: string): MintedToken;
  /** @returns the claims of a token that this issuer issued, whatever its expiry; null for any other text */
  verify(token: string): TokenClaims | null;
  /** From now on the token counts as expired, whatever its `exp`. */
  revoke(token: string): void;
  isRevoked(token: string): boolean;
}

/** @param lifetimeSeconds validity of a token; 24 hours for managed identities in Azure */
export function createTokenIssuer(tenantId: string, lifetimeSeconds: number): TokenIssuer {
  const issued = new Map<string, TokenClaims>();
  const revoked = new Set<string>();
  return {
    mint(identity, audience) {
      const now = Math.floor(Date.now() / 1000);
      const iss = `https://sts.windows.net/${tenantId}/`;
      const { clientId: appid, principalId: oid } = identity;
      const claims = { aud: audience, iss, iat: now, nbf: now, exp: now + lifetimeSeconds, appid, oid, tid: tenantId };
      const others = { sub: oid, xms_mirid: identity.resourceId, uti: randomUUID() };
      const payload = { ...claims, ...others, appidacr: '2', idp: iss, idtyp: 'app', ver: '1.0' };
      const header = { typ: 'JWT', alg: 'HS256', kid: 'local' };
      const token = `${encode(header)}.${encode(payload)}.${randomBytes(32).toString('base64url')}`;
      issued.set(token, claims);
      return { token, claims };
    },
    verify: (token) => issued.get(token) ?? null,
    revoke: (token) => void revoked.add(token),
    isRevoked: (token) => revoked.has(token),
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
