import { crossSubscriptionAccess, sharedIdentities } from './scenes/far-reaching-identities.ts';
import { danglingIdentities, orphanedRoleAssignments, recreatedPrincipals } from './scenes/gone-identities.ts';
import { federatedCredentialChanges, identityChanges } from './scenes/identity-changes.ts';
import { machineChanges } from './scenes/machine-changes.ts';
import { arcMachines, scaleSets } from './scenes/machine-kinds.ts';
import { idlePrivilegedIdentities, privilegedIdentities } from './scenes/privileged-identities.ts';
import { roleChanges } from './scenes/role-changes.ts';
import { subscriptionChanges } from './scenes/subscription-changes.ts';
import type { Stage } from './stage.ts';

/**
 * What the sample tenant is to show beside its usual machines: every kind of change and every finding, each next to what is
 * almost one. Each scene runs once for each state, with names of its own.
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
