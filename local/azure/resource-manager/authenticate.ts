import { Buffer } from 'node:buffer';
import type { Answer } from '../answer.ts';
import type { TokenClaims, TokenIssuer } from '../tokens.ts';
import { ArmRefusal, armError } from './arm-errors.ts';

/** Audiences that Resource Manager accepts in the public cloud. */
const allowedAudiences: readonly string[] = [
  'https://management.core.windows.net/',
  'https://management.core.windows.net',
  'https://management.azure.com/',
  'https://management.azure.com',
];

/** The bearer token of an Authorization header; null where there is none. */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/**
 * Checks the token of a request as Resource Manager does.
 * @throws {ArmRefusal} 401 in the words of Resource Manager
 */
export function authenticate(authorization: string | undefined, tenantId: string, issuer: TokenIssuer): TokenClaims {
  const refuse = (code: string, message: string): never => {
    throw new ArmRefusal(challenge(tenantId, code, message));
  };
  if (authorization === undefined) {
    return refuse('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
  }
  const token = bearerToken(authorization);
  if (token === null) {
    return refuse(
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is provided in an invalid format.",
    );
  }
  const claims = issuer.verify(token);
  if (claims === null) return refuse('InvalidAuthenticationToken', 'The access token is invalid.');
  if (issuer.isRevoked(token) || claims.exp * 1000 <= Date.now()) throw new ArmRefusal(expiredToken(tenantId, claims));
  if (!allowedAudiences.includes(claims.aud)) {
    return refuse(
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${claims.aud}'. It should exactly match with one of the allowed audiences ${allowedAudiences.map((allowed) => `'${allowed}'`).join(',')}.`,
    );
  }
  return claims;
}

/** The refusal of a token from another tenant than the subscription's. */
export function wrongTenant(tokenTenantId: string, subscriptionTenantId: string): ArmRefusal {
  return new ArmRefusal(
    challenge(
      subscriptionTenantId,
      'InvalidAuthenticationTokenTenant',
      `The access token is from the wrong issuer 'https://sts.windows.net/${tokenTenantId}/'. It must match the tenant 'https://sts.windows.net/${subscriptionTenantId}/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/${subscriptionTenantId}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
    ),
  );
}

/** The answer to an expired or revoked token. @param claims null = unknown */
export function expiredToken(tenantId: string, claims: TokenClaims | null): Answer {
  const utc = (milliseconds: number): string => new Date(milliseconds).toLocaleString('en-US', { timeZone: 'UTC' });
  const expiry = claims === null ? Date.now() : Math.min(claims.exp * 1000, Date.now());
  return challenge(
    tenantId,
    'ExpiredAuthenticationToken',
    `The access token expiry UTC time '${utc(expiry)}' is earlier than current UTC time '${utc(Date.now())}'.`,
  );
}

/** The challenge of continuous access evaluation: the client must get a token that satisfies these claims. */
export function claimsChallenge(): Answer {
  const claims = Buffer.from(
    JSON.stringify({ access_token: { nbf: { essential: true, value: String(Math.floor(Date.now() / 1000)) } } }),
  ).toString('base64');
  return armError(401, 'InvalidAuthenticationToken', 'Continuous access evaluation resulted in challenge.', {
    'www-authenticate': `Bearer realm="", error_description="Continuous access evaluation resulted in challenge", error="insufficient_claims", claims="${claims}"`,
  });
}

function challenge(tenantId: string, code: string, message: string): Answer {
  return armError(401, code, message, {
    'www-authenticate': `Bearer authorization_uri="https://login.windows.net/${tenantId}", error="invalid_token", error_description="${message.replaceAll('"', "'")}"`,
  });
}
