import { crossSubscriptionAccess, sharedIdentities } from './far-reaching-identities.ts';
import { danglingIdentities, orphanedRoleAssignments, recreatedPrincipals } from './gone-identities.ts';
import { federatedCredentialChanges, identityChanges } from './identity-changes.ts';
import { machineChanges } from './machine-changes.ts';
import { arcMachines, scaleSets } from './machine-kinds.ts';
import { idlePrivilegedIdentities, privilegedIdentities } from './privileged-identities.ts';
import { roleChanges } from './role-changes.ts';
import type { Stage } from './stage.ts';
import { subscriptionChanges } from './subscription-changes.ts';

/**
 * The special cases of the sample tenant: every kind of change and every finding, each next to a near miss. Each scene runs once
 * for each state and uses its own names.
 */
export const scenes: readonly ((stage: Stage) => void)[] = [
  machineChanges,
  identityChanges,
  federatedCredentialChanges,
  roleChanges,
  subscriptionChanges,
  privilegedIdentities,
  idlePrivilegedIdentities,
  sharedIdentities,
  crossSubscriptionAccess,
  danglingIdentities,
  orphanedRoleAssignments,
  recreatedPrincipals,
  scaleSets,
  arcMachines,
];
