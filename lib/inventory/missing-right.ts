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
 * @param scope a resource id, or a shell expression for one
 * @param principalId null = unknown: the command says how to find it
 * @param principalType a managed identity is a service principal
 */
export function grantCommand(
  role: string,
  scope: string,
  principalId: string | null,
  principalType: 'ServicePrincipal' | 'User' = 'ServicePrincipal',
): string {
  const assignee = principalId ?? '<principal id, see: vm-identities whoami>';
  const quoted = role.includes(' ') ? `"${role}"` : role;
  return `az role assignment create --assignee-object-id ${assignee} --assignee-principal-type ${principalType} --role ${quoted} --scope ${scope}`;
}
