import type { Kind } from './coverage.ts';

/**
 * The action that a kind's list needs at the subscription: a role on less gives a list that is 200 and short. Reader has them
 * all, and `Microsoft.Authorization/roleDefinitions/read` too, which naming the roles of assignments needs.
 */
export const readActions: Readonly<Record<Kind, string>> = {
  virtualMachines: 'Microsoft.Compute/virtualMachines/read',
  powerStates: 'Microsoft.Compute/virtualMachines/read',
  scaleSets: 'Microsoft.Compute/virtualMachineScaleSets/read',
  arcMachines: 'Microsoft.HybridCompute/machines/read',
  identities: 'Microsoft.ManagedIdentity/userAssignedIdentities/read',
  roleAssignments: 'Microsoft.Authorization/roleAssignments/read',
};
