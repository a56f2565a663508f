/** A role that an identity needs somewhere and does not have. */
export interface MissingRight {
  /** `/subscriptions/…`, a management group's id, or the address of a storage account. */
  readonly scope: string;
  /** `Reader`. */
  readonly role: string;
  /** The exact command that grants it. */
  readonly grantCommand: string;
}

/** What is missing, as far as it could be found out. */
export interface MissingRights {
  /** Null when nothing could be found out. */
  readonly missingRights: readonly MissingRight[] | null;
  /** What could not be found out, one line each. */
  readonly warnings: readonly string[];
}

/**
 * The command that gives an identity a role.
 * @param scope a resource id, or a shell expression for one
 * @param principalId null = not known: the command says how to find it
 * @param principalType what the principal is; a managed identity is a service principal
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
