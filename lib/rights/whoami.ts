import { readAccessToken } from '../azure/access-token.ts';
import { resourceOf } from '../azure/audience.ts';
import type { Cloud } from '../azure/cloud.ts';
import type { IdentitySourceName, TokenSource } from '../azure/token.ts';
import type { MissingRight, MissingRights } from '../inventory/missing-right.ts';
import type { IdentityRole, IdentityRoles } from './identity-roles.ts';

/** Who this program is to Azure: what `whoami` prints and `GET identity` answers. Never holds the token. */
export interface WhoAmI {
  readonly source: IdentitySourceName;
  readonly endpoint: string | null;
  readonly principalId: string | null;
  readonly clientId: string | null;
  /** Resource id of a user-assigned identity; null for a system-assigned one and for people. */
  readonly identityId: string | null;
  readonly tenantId: string | null;
  readonly audience: string;
  /** ISO 8601 UTC. */
  readonly expiresOn: string;
  readonly cloud: string;
  /** In the subscriptions that the identity sees; null when they could not be read. */
  readonly roles: readonly IdentityRole[] | null;
  /** What it needs for the settings and lacks, each with the command that grants it; null when that could not be found out. */
  readonly missingRights: readonly MissingRight[] | null;
  readonly nodeVersion: string;
}

export interface WhoAmIOptions {
  readonly tokens: TokenSource;
  readonly cloud: Pick<Cloud, 'name' | 'audience'>;
  /** Ask for a token for this resource (or scope) instead of Resource Manager. */
  readonly resource?: string;
  /** Roles of a principal: `readIdentityRoles` with a client of Resource Manager. */
  readonly readRoles: (principalId: string) => Promise<IdentityRoles>;
  /** What a principal lacks: `findMissingRights` with a client of Resource Manager. */
  readonly findMissingRights: (principalId: string | null) => Promise<MissingRights>;
  readonly signal: AbortSignal;
}

/**
 * Gets a token and says whose it is.
 * @returns the identity, and a line for each thing that could not be found out and for each right that is missing
 * @throws {NoTokenError} no token is to be had
 */
export async function whoAmI(
  options: WhoAmIOptions,
): Promise<{ readonly identity: WhoAmI; readonly warnings: readonly string[] }> {
  const { tokens, cloud, signal } = options;
  const audience = resourceOf(options.resource ?? cloud.audience);
  const { token, expiresOnTimestamp } = await tokens.token({ audience, signal });
  const { source, endpoint } = tokens;
  const claims = readAccessToken(token);
  const { roles, warnings } = claims.principalId === null ? rolesOfNobody : await options.readRoles(claims.principalId);
  const missing = await options.findMissingRights(claims.principalId);
  const identity: WhoAmI = {
    source,
    endpoint,
    principalId: claims.principalId,
    clientId: claims.clientId,
    identityId: userAssignedIdentityId(claims.managedIdentityResourceId),
    tenantId: claims.tenantId,
    audience: claims.audience ?? audience,
    expiresOn: new Date(expiresOnTimestamp).toISOString(),
    cloud: cloud.name,
    roles,
    missingRights: missing.missingRights,
    nodeVersion: process.version,
  };
  const lacks = missing.missingRights?.map(
    ({ role, scope, grantCommand }) => `${role} is missing on ${scope}: ${grantCommand}`,
  );
  return { identity, warnings: [...warnings, ...missing.warnings, ...(lacks ?? [])] };
}

const rolesOfNobody: IdentityRoles = {
  roles: null,
  warnings: ['The token does not say whose it is: principal id and roles are unknown'],
};

/** A system-assigned identity's claim names its machine or app instead. */
function userAssignedIdentityId(resourceId: string | null): string | null {
  const pattern = /\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i;
  return resourceId !== null && pattern.test(resourceId) ? resourceId : null;
}
