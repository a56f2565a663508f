import * as v from 'valibot';

/** The app roles of docs/security.md. Each opens only what its name says. */
const appRoles = ['Inventory.Read', 'Runs.Write', 'Database.Read'] as const;
export type AppRole = (typeof appRoles)[number];

export function isAppRole(value: string): value is AppRole {
  return appRoles.some((role) => role === value);
}

/** Entra ID's name for the claim, and the name that App Service may map it to. */
const roleClaims: ReadonlySet<string> = new Set([
  'roles',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
]);

const noClaim = { typ: '', val: '' };
const clientPrincipal = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ claims: v.array(v.fallback(v.object({ typ: v.string(), val: v.string() }), noClaim)) }),
);

/**
 * The roles that Entra ID gave a caller, of this app and of others.
 * @param header `x-ms-client-principal`: claims as JSON in Base64
 * @returns no roles for a header that is missing or cannot be read
 * @see https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities#decode-the-client-principal-header
 */
export function rolesOf(header: string | null): readonly string[] {
  const result = v.safeParse(clientPrincipal, Buffer.from(header ?? '', 'base64').toString('utf8'));
  const claims = result.success ? result.output.claims : [];
  return claims.filter(({ typ }) => roleClaims.has(typ)).map(({ val }) => val);
}
