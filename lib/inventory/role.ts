import type { Permission } from './permissions.ts';

/** A role assignment to a service principal as the listing of a subscription shows it: at, above or below it. */
export interface RoleAssignmentReading {
  readonly id: string;
  /** Where it holds: `/`, a management group, a subscription, a resource group or a resource. */
  readonly scope: string;
  /** The role by its resource id; its last segment is the same wherever it is listed, what stands before is not. */
  readonly roleDefinitionId: string;
  readonly principalId: string;
  readonly condition: string | null;
}

/** A role: what it is called and what it allows. */
export interface RoleDefinitionReading {
  readonly id: string;
  readonly roleName: string;
  readonly permissions: readonly Permission[];
}
