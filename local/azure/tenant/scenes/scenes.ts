import {
  crossSubscriptionAccess,
  danglingIdentities,
  federatedCredentialChanges,
  identityChanges,
  orphanedRoleAssignments,
  recreatedPrincipals,
  sharedIdentities,
} from './identity-scenes.ts';
import { arcMachines, machineChanges, scaleSets, subscriptionChanges } from './machine-scenes.ts';
import {
  dataRoles,
  idlePrivilegedIdentities,
  privilegedIdentities,
  roleChanges,
  rolesThroughGroups,
} from './role-scenes.ts';
import type { Stage } from './stage.ts';

/**
 * The special cases of the sample tenant: every kind of change and every finding, each next to a near miss. Each scene
 * runs once for each state and uses its own names.
 */
export const scenes: readonly ((stage: Stage) => void)[] = [
  machineChanges,
  identityChanges,
  federatedCredentialChanges,
  roleChanges,
  subscriptionChanges,
  privilegedIdentities,
  idlePrivilegedIdentities,
  dataRoles,
  rolesThroughGroups,
  sharedIdentities,
  crossSubscriptionAccess,
  danglingIdentities,
  orphanedRoleAssignments,
  recreatedPrincipals,
  scaleSets,
  arcMachines,
];
