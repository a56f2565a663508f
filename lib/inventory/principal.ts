import type { FederatedCredential } from './user-assigned-identity.ts';

export const principalStates = ['attached', 'detached', 'dangling', 'gone', 'unknown'] as const;
export type PrincipalState = (typeof principalStates)[number];

/** What is and is not looked at when a principal's roles are shown. */
export interface AccessCoverage {
  readonly direct: 'complete' | 'partial' | 'notRead';
  readonly groups: 'notRead';
  readonly directory: 'notRead';
}

export interface PrincipalMachine {
  readonly id: string;
  readonly name: string;
  readonly subscriptionId: string;
  readonly attachedFrom: string;
  readonly detachedAt: string | null;
}

export interface PrincipalRoleAssignment {
  readonly id: string;
  readonly scope: string;
  readonly roleDefinitionId: string;
  /** null where the role itself could not be read. */
  readonly roleDefinitionName: string | null;
  readonly inherited: boolean;
  readonly condition: string | null;
}

/** A managed identity by its principal id, with the machines it is on, now and before. */
export interface Principal {
  readonly principalId: string;
  readonly clientId: string | null;
  readonly kind: 'SystemAssigned' | 'UserAssigned';
  /** Resource id of a user-assigned identity; null for a system-assigned one. */
  readonly identityId: string | null;
  readonly tenantId: string | null;
  readonly state: PrincipalState;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly accessCoverage: AccessCoverage;
  readonly virtualMachines: readonly PrincipalMachine[];
  readonly roleAssignments: readonly PrincipalRoleAssignment[];
  /** Of a user-assigned identity: who else may sign in as it. Read for attached ones only. */
  readonly federatedCredentials: readonly FederatedCredential[];
}

/** The answer for an id that no run ever saw. */
export interface NeverSeenPrincipal {
  readonly principalId: string;
  readonly state: 'neverSeen';
}
