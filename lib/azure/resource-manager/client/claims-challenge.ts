/**
 * The claims that a `WWW-Authenticate` header asks for, decoded (JSON); null when it is no claims challenge.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge#claims-challenge-header-format
 */
export function claimsOf(header: string | undefined): string | null {
  if (header === undefined || !/\berror="insufficient_claims"/i.test(header)) return null;
  const encoded = /\bclaims="([^"]+)"/i.exec(header)?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, 'base64').toString();
}
