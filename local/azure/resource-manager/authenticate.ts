import { Buffer } from 'node:buffer';
import type { Answer } from '../answer.ts';
import type { TokenClaims, TokenIssuer } from '../tokens.ts';
import { armError } from './arm-errors.ts';

/** Audiences that Resource Manager in the public cloud takes. */
const allowedAudiences = [
  'https://management.core.windows.net/',
  'https://management.core.windows.net',
  'https://management.azure.com/',
  'https://management.azure.com',
] as const;

export type Authentication =
  | { readonly kind: 'caller'; readonly claims: TokenClaims }
  | { readonly kind: 'refused'; readonly answer: Answer };

/** The bearer token of an Authorization header, null where there is none. */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** Checks a request's token as Resource Manager does, and answers 401 in its words. */
export function authenticate(authorization: string | undefined, tenantId: string, issuer: TokenIssuer): Authentication {
  if (authorization === undefined) {
    return unauthorized(
      tenantId,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
    );
  }
  const token = bearerToken(authorization);
  if (token === null) {
    return unauthorized(
      tenantId,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is provided in an invalid format.",
    );
  }
  const claims = issuer.verify(token);
  if (claims === null) return unauthorized(tenantId, 'InvalidAuthenticationToken', 'The access token is invalid.');
  if (issuer.isRevoked(token)) return { kind: 'refused', answer: expiredToken(tenantId, claims) };
  if (claims.exp * 1000 <= Date.now()) return { kind: 'refused', answer: expiredToken(tenantId, claims) };
  if (!allowedAudiences.some((allowed) => allowed === claims.aud)) {
    return unauthorized(
      tenantId,
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${claims.aud}'. It should exactly match with one of the allowed audiences ${allowedAudiences.map((allowed) => `'${allowed}'`).join(',')}.`,
    );
  }
  return { kind: 'caller', claims };
}

/** The answer to a token of another tenant than the subscription's. */
export function wrongTenant(tokenTenantId: string, subscriptionTenantId: string): Answer {
  return challenge(
    subscriptionTenantId,
    'InvalidAuthenticationTokenTenant',
    `The access token is from the wrong issuer 'https://sts.windows.net/${tokenTenantId}/'. It must match the tenant 'https://sts.windows.net/${subscriptionTenantId}/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/${subscriptionTenantId}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
  );
}

/** The answer to a token whose time is over, or that Resource Manager holds to be so. */
export function expiredToken(tenantId: string, claims: TokenClaims | null): Answer {
  const utc = (milliseconds: number): string => new Date(milliseconds).toLocaleString('en-US', { timeZone: 'UTC' });
  const expiry = claims === null ? Date.now() : Math.min(claims.exp * 1000, Date.now());
  return challenge(
    tenantId,
    'ExpiredAuthenticationToken',
    `The access token expiry UTC time '${utc(expiry)}' is earlier than current UTC time '${utc(Date.now())}'.`,
  );
}

/** The answer of continuous access evaluation: get a token that satisfies these claims. */
export function claimsChallenge(): Answer {
  const claims = Buffer.from(
    JSON.stringify({ access_token: { nbf: { essential: true, value: String(Math.floor(Date.now() / 1000)) } } }),
  ).toString('base64');
  return armError(401, 'InvalidAuthenticationToken', 'Continuous access evaluation resulted in challenge.', {
    'www-authenticate': `Bearer realm="", error_description="Continuous access evaluation resulted in challenge", error="insufficient_claims", claims="${claims}"`,
  });
}

function unauthorized(tenantId: string, code: string, message: string): Authentication {
  return { kind: 'refused', answer: challenge(tenantId, code, message) };
}

function challenge(tenantId: string, code: string, message: string): Answer {
  return armError(401, code, message, {
    'www-authenticate': `Bearer authorization_uri="https://login.windows.net/${tenantId}", error="invalid_token", error_description="${message.replaceAll('"', "'")}"`,
  });
}
