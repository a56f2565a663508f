import type { ArmClient } from '../azure/resource-manager/client/arm-client.ts';
import { openSession } from '../azure/session.ts';
import { type Container, containerOf } from '../azure/store/container.ts';
import { readAccessToken } from '../azure/token-claims.ts';
import { hasCode, toReason } from '../errors.ts';
import { isResourceId } from '../inventory/commands/azure-id.ts';
import { singleQuoted } from '../inventory/commands/shell-word.ts';
import { fold } from '../inventory/names/fold.ts';
import { noCommand } from '../inventory/roles/missing-right.ts';
import { roleKey } from '../inventory/roles/role.ts';
import type { Environment, IdentitySetting, Settings } from '../settings.ts';
import { type IdentityRole, type NamedAssignment, readAssignmentsOf } from './identity-roles.ts';

/** A role that an identity holds which does not read. */
export interface HeldRole extends IdentityRole {
  /** The exact command that removes it; null if the app needs the role, or if a group has it. */
  readonly removeCommand: string | null;
}

/** An identity of the app that does not read. It keeps its old roles when `readingIdentity` changes. */
export interface OtherIdentity {
  readonly principalId: string;
  readonly clientId: string | null;
  /** Resource id of a user-assigned identity; null for the system-assigned one. */
  readonly identityId: string | null;
  /** In the subscriptions that it or the reading identity sees; null if unknown. */
  readonly roles: readonly HeldRole[] | null;
}

export interface OtherIdentitiesRequest {
  /** As the reading identity. */
  readonly arm: ArmClient;
  readonly settings: Settings;
  readonly environment: Environment;
  /** Of the reading identity. */
  readonly principalId: string | null;
  readonly signal: AbortSignal;
}

/** What the templates assign to the identity of storage and logs. By id, because a name may be unreadable. */
const storageRoles: ReadonlySet<string> = new Set([
  // Storage Blob Data Owner, Blob Data Contributor, Queue Data Contributor, Table Data Contributor
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
]);
const monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb';
const component = /\/providers\/microsoft\.insights\/components\/[^/]+$/i;
/** Key Vault Crypto Service Encryption User. Where the identity opens a customer-managed key, storage stops without it. */
const keyRole = 'e147488a-f6f5-4113-8e2d-b22465e65bf6';

/**
 * The identities of a Functions app besides the one that reads: the one of its storage, and the system-assigned one.
 * Each with the roles that it holds. Writes nothing.
 * @returns also a line for each role that is not needed, and for each thing that is unknown
 */
export async function findOtherIdentities(
  request: OtherIdentitiesRequest,
): Promise<{ readonly otherIdentities: readonly OtherIdentity[]; readonly warnings: readonly string[] }> {
  const { settings, signal } = request;
  const otherIdentities: OtherIdentity[] = [];
  const warnings: string[] = [];
  if (!settings.insideFunctions) return { otherIdentities, warnings };
  for (const identity of candidates(settings)) {
    try {
      const found = await readOther(request, identity);
      if (found === null || otherIdentities.some(({ principalId }) => principalId === found.other.principalId))
        continue;
      otherIdentities.push(found.other);
      warnings.push(...found.warnings, ...removals(found.other));
    } catch (error) {
      signal.throwIfAborted();
      // The app has no such identity.
      if (hasCode(error, 'IdentityNotFound')) continue;
      const { code, message } = toReason(error);
      warnings.push(`Cannot tell which roles another identity of the app holds: ${code}: ${message}`);
    }
  }
  return { otherIdentities, warnings };
}

function candidates({ identity, storage }: Settings): readonly IdentitySetting[] {
  const found: IdentitySetting[] = [];
  if (storage.kind === 'identity' && storage.identity !== null) found.push(storage.identity);
  if (identity.by !== 'system') found.push({ by: 'system' });
  return found;
}

async function readOther(
  { arm, settings, environment, principalId, signal }: OtherIdentitiesRequest,
  identity: IdentitySetting,
): Promise<{ readonly other: OtherIdentity; readonly warnings: readonly string[] } | null> {
  const session = openSession({ ...settings, identity }, environment);
  const { token } = await session.tokens.token({ signal });
  const claims = readAccessToken(token);
  if (claims.principalId === null || claims.principalId === principalId) return null;
  const isSystem = identity.by === 'system';
  const { assignments, warnings } = await readAssignmentsOf([arm, session.arm], claims.principalId, signal);
  const other: OtherIdentity = {
    principalId: claims.principalId,
    clientId: claims.clientId,
    identityId: isSystem ? null : claims.managedIdentityResourceId,
    roles:
      assignments === null
        ? null
        : heldRoles(assignments, claims.principalId, isSystem ? null : containerOf(settings, environment)),
  };
  return { other, warnings: warnings.map((line) => `The app's other identity ${claims.principalId}: ${line}`) };
}

/** @param storage what the identity opens for the app; null = nothing, and the app needs no role of it */
function heldRoles(
  assignments: readonly NamedAssignment[],
  principalId: string,
  storage: Pick<Container, 'account'> | null,
): readonly HeldRole[] {
  return assignments
    .map(({ id, scope, roleDefinitionId, roleDefinitionName, principalId: assignee }) => {
      const needed = storage !== null && isNeeded(roleKey(roleDefinitionId), scope, storage);
      const isOwn = fold(assignee) === fold(principalId);
      return { scope, roleDefinitionName, removeCommand: needed || !isOwn ? null : removeCommand(id) };
    })
    .sort((a, b) =>
      `${fold(a.scope)}\n${a.roleDefinitionName}` < `${fold(b.scope)}\n${b.roleDefinitionName}` ? -1 : 1,
    );
}

/** @param role the definition's guid */
function isNeeded(role: string, scope: string, { account }: Pick<Container, 'account'>): boolean {
  if (role === keyRole || (role === monitoringMetricsPublisher && component.test(scope))) return true;
  const [, scopeAccount] = /\/providers\/microsoft\.storage\/storageaccounts\/([^/]+)/i.exec(scope) ?? [];
  // With a custom domain, the account's name is unknown.
  return storageRoles.has(role) && scopeAccount !== undefined && [null, scopeAccount.toLowerCase()].includes(account);
}

function removeCommand(assignmentId: string): string {
  if (!isResourceId(assignmentId, 'Microsoft.Authorization/roleAssignments')) {
    return noCommand('the id of the role assignment has characters that Azure does not allow there');
  }
  return `az role assignment delete --ids ${singleQuoted(assignmentId)}`;
}

function removals({ principalId, roles }: OtherIdentity): readonly string[] {
  return (roles ?? []).flatMap(({ roleDefinitionName, scope, removeCommand }) =>
    removeCommand === null
      ? []
      : [`The app's other identity ${principalId} still holds ${roleDefinitionName} at ${scope}: ${removeCommand}`],
  );
}
