/** Claims of an access token, for display only: nothing here verifies a signature, and nothing may be decided on it. */
export interface AccessTokenClaims {
  /** `oid`: object id of the service principal (or user). */
  readonly principalId: string | null;
  /** `appid`, or `azp` in tokens of version 2. */
  readonly clientId: string | null;
  /** `tid` */
  readonly tenantId: string | null;
  /** `xms_mirid`: resource id of what the identity belongs to; for a user-assigned identity, its own. */
  readonly managedIdentityResourceId: string | null;
  /** `aud` */
  readonly audience: string | null;
  /** `idtyp`: `app` or `user`. */
  readonly identityType: string | null;
  /** `exp`, in milliseconds since the epoch. */
  readonly expiresOnTimestamp: number | null;
}

/**
 * Reads the claims of a token. An opaque or damaged token has none: every field is null.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function readAccessToken(token: string): AccessTokenClaims {
  const claims = payloadOf(token);
  const text = (name: string): string | null => {
    const value = claims.get(name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const end = claims.get('exp');
  return {
    principalId: text('oid'),
    clientId: text('appid') ?? text('azp'),
    tenantId: text('tid'),
    managedIdentityResourceId: text('xms_mirid'),
    audience: text('aud'),
    identityType: text('idtyp'),
    expiresOnTimestamp: typeof end === 'number' ? end * 1000 : null,
  };
}

function payloadOf(token: string): ReadonlyMap<string, unknown> {
  const payload = token.split('.')[1] ?? '';
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return new Map(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []);
  } catch {
    return new Map();
  }
}
