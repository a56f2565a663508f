import { guidPattern, managementGroupIdPattern } from '../commands/azure-id.ts';
import { shellWord } from '../commands/shell-word.ts';

/** A role that an identity needs at a scope and does not have. */
export interface MissingRight {
  /** `/subscriptions/…`, the id of a management group, or the address of a storage account. */
  readonly scope: string;
  /** `Reader`. */
  readonly role: string;
  /** The exact command that grants it. */
  readonly grantCommand: string;
}

/** The missing rights, as far as they are known. */
export interface MissingRights {
  /** null when nothing is known. */
  readonly missingRights: readonly MissingRight[] | null;
  /** One line for each check that failed. */
  readonly warnings: readonly string[];
}

/**
 * The command that grants an identity a role.
 * @param scope one word of a shell: a checked resource id, or an expression for one in double quotes
 * @param principalId null, or no GUID = unknown: the command says how to find it
 * @param principalType a managed identity is a service principal
 */
export function grantCommand(
  role: string,
  scope: string,
  principalId: string | null,
  principalType: 'ServicePrincipal' | 'User' = 'ServicePrincipal',
): string {
  const assignee = principalId !== null && guidPattern.test(principalId) ? principalId : null;
  const quoted = role.includes(' ') ? `"${role}"` : role;
  const command = `az role assignment create --assignee-object-id ${assignee ?? 'PRINCIPAL-ID'} --assignee-principal-type ${principalType} --role ${quoted} --scope ${scope}`;
  return assignee === null ? `${command} # PRINCIPAL-ID: the principalId of vm-identities whoami` : command;
}

/** The resource id of a management group. */
export function managementGroupScope(managementGroupId: string): string {
  return `/providers/Microsoft.Management/managementGroups/${managementGroupId}`;
}

/** The command that lets an identity list what is below a management group. */
export function grantGroupReaderCommand(managementGroupId: string, principalId: string | null): string {
  if (!managementGroupIdPattern.test(managementGroupId)) {
    return noCommand('the id of the management group has characters that Azure does not allow there');
  }
  return grantCommand('Management Group Reader', shellWord(managementGroupScope(managementGroupId)), principalId);
}

/** Takes the place of a command that would have to contain an id which is none. */
export function noCommand(why: string): string {
  return `No command is shown: ${why}`;
}
