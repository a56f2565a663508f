import type { RolePermission } from './permissions.ts';

/** A role assignment that may be a managed identity's, as listed in a subscription: at, above or below it. */
export interface RoleAssignmentReading {
  readonly id: string;
  /** `/`, a management group, a subscription, a resource group or a resource. */
  readonly scope: string;
  /** Resource id of the role. Only its last segment is the same in every list. */
  readonly roleDefinitionId: string;
  readonly principalId: string;
  readonly condition: string | null;
}

/** The name and permissions of a role. */
export interface RoleDefinitionReading {
  readonly id: string;
  readonly roleName: string;
  readonly permissions: readonly RolePermission[];
}

/** Stands for the name of a role that no longer exists and was never read. */
export const deletedRoleName = '(deleted role)';

/** The last segment of a role's id. What precedes it differs from list to list. */
export function roleKey(roleDefinitionId: string): string {
  return roleDefinitionId.slice(roleDefinitionId.lastIndexOf('/') + 1).toLowerCase();
}
