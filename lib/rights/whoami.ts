import { resourceOf } from '../azure/audience.ts';
import type { Session } from '../azure/session.ts';
import type { IdentitySourceName } from '../azure/token.ts';
import { readAccessToken } from '../azure/token-claims.ts';
import type { MissingRight } from '../inventory/roles/missing-right.ts';
import type { Environment, Settings } from '../settings.ts';
import { type IdentityRole, type IdentityRoles, readIdentityRoles } from './identity-roles.ts';
import { findMissingRights } from './missing-rights.ts';
import { findOtherIdentities, type OtherIdentity } from './other-identities.ts';

/** Who this program is to Azure: what `whoami` prints and `GET identity` answers. Never contains the token. */
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
  /** In the subscriptions that the identity sees; null if unknown. */
  readonly roles: readonly IdentityRole[] | null;
  /** What the settings need and the identity lacks, each with the command that grants it; null if unknown. */
  readonly missingRights: readonly MissingRight[] | null;
  /** The app's identities that do not read, with the roles that they hold; empty outside Functions. */
  readonly otherIdentities: readonly OtherIdentity[];
  readonly nodeVersion: string;
}

export interface WhoAmIRequest {
  readonly session: Pick<Session, 'arm' | 'cloud' | 'tokens'>;
  readonly settings: Settings;
  readonly environment: Environment;
  /** The resource (or scope) to get a token for; default: Resource Manager. */
  readonly resource?: string;
  readonly signal: AbortSignal;
}

/**
 * Gets a token and says whose it is.
 * @returns the identity, and a line for each thing that is unknown, each missing right, and each role of another identity
 *   that is not needed
 * @throws {NoTokenError}
 */
export async function whoAmI(
  request: WhoAmIRequest,
): Promise<{ readonly identity: WhoAmI; readonly warnings: readonly string[] }> {
  const { session, settings, environment, signal } = request;
  const { arm, cloud, tokens } = session;
  const audience = resourceOf(request.resource ?? cloud.audience);
  const { token, expiresOnTimestamp } = await tokens.token({ audience, signal });
  const { source, endpoint } = tokens;
  const { principalId, clientId, tenantId, ...claims } = readAccessToken(token);
  const { roles, warnings } = principalId === null ? unknownRoles : await readIdentityRoles(arm, principalId, signal);
  const missing = await findMissingRights({ arm, tokens, settings, environment, principalId, signal });
  const others = await findOtherIdentities({ arm, settings, environment, principalId, signal });
  const identity: WhoAmI = {
    source,
    endpoint,
    principalId,
    clientId,
    identityId: userAssignedIdentityId(claims.managedIdentityResourceId),
    tenantId,
    audience: claims.audience ?? audience,
    expiresOn: new Date(expiresOnTimestamp).toISOString(),
    cloud: cloud.name,
    roles,
    missingRights: missing.missingRights,
    otherIdentities: others.otherIdentities,
    nodeVersion: process.version,
  };
  const lacks = (missing.missingRights ?? []).map(
    ({ role, scope, grantCommand }) => `${role} is missing on ${scope}: ${grantCommand}`,
  );
  return { identity, warnings: [...warnings, ...missing.warnings, ...lacks, ...others.warnings] };
}

const unknownRoles: IdentityRoles = {
  roles: null,
  warnings: ['The token names no principal, so the principal id and the roles are unknown'],
};

/** A system-assigned identity's claim names its machine or app instead. */
function userAssignedIdentityId(resourceId: string | null): string | null {
  const pattern = /\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i;
  return resourceId !== null && pattern.test(resourceId) ? resourceId : null;
}
