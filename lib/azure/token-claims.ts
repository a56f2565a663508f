import { parseJson } from '../json.ts';
import { isObject, textOrNull } from './json.ts';

/** Claims of an access token, for display only. The signature is not verified, so base no decision on them. */
export interface AccessTokenClaims {
  /** `oid`: object id of the service principal (or user). */
  readonly principalId: string | null;
  /** `appid`, or `azp` in tokens of version 2. */
  readonly clientId: string | null;
  /** `tid` */
  readonly tenantId: string | null;
  /** `xms_mirid`: resource id of the identity's owner, or of a user-assigned identity itself. */
  readonly managedIdentityResourceId: string | null;
  /** `aud` */
  readonly audience: string | null;
  /** `idtyp`: `app` or `user`. */
  readonly identityType: string | null;
  /** `exp`, in milliseconds since the epoch. */
  readonly expiresOnTimestamp: number | null;
}

/**
 * Reads the claims of a token. For an opaque or damaged token every field is null.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function readAccessToken(token: string): AccessTokenClaims {
  const claims = payloadOf(token);
  const expirySeconds = claims.exp;
  return {
    principalId: textOrNull(claims.oid),
    clientId: textOrNull(claims.appid) ?? textOrNull(claims.azp),
    tenantId: textOrNull(claims.tid),
    managedIdentityResourceId: textOrNull(claims.xms_mirid),
    audience: textOrNull(claims.aud),
    identityType: textOrNull(claims.idtyp),
    expiresOnTimestamp: typeof expirySeconds === 'number' ? expirySeconds * 1000 : null,
  };
}

function payloadOf(token: string): Readonly<Record<string, unknown>> {
  const payload = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return isObject(payload) ? payload : {};
}
