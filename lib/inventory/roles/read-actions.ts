import type { Kind } from '../coverage.ts';

/**
 * The action that listing a kind needs at the subscription. With a role on a smaller scope, Azure answers 200 with a
 * filtered list. The built-in role Reader has all of these actions.
 */
export const readActions: Readonly<Record<Kind, string>> = {
  virtualMachines: 'Microsoft.Compute/virtualMachines/read',
  powerStates: 'Microsoft.Compute/virtualMachines/read',
  scaleSets: 'Microsoft.Compute/virtualMachineScaleSets/read',
  arcMachines: 'Microsoft.HybridCompute/machines/read',
  identities: 'Microsoft.ManagedIdentity/userAssignedIdentities/read',
  roleAssignments: 'Microsoft.Authorization/roleAssignments/read',
};

/** The action that reading the names of roles needs. */
export const readRoleDefinitions = 'Microsoft.Authorization/roleDefinitions/read';
