import type { Kind } from './coverage.ts';

/**
 * The action that a kind's list needs at the subscription: a role on less gives a list that is 200 and short. The built-in role
 * that has them all is Reader.
 */
export const readActions: Readonly<Record<Kind, string>> = {
  virtualMachines: 'Microsoft.Compute/virtualMachines/read',
  powerStates: 'Microsoft.Compute/virtualMachines/read',
  scaleSets: 'Microsoft.Compute/virtualMachineScaleSets/read',
  arcMachines: 'Microsoft.HybridCompute/machines/read',
  identities: 'Microsoft.ManagedIdentity/userAssignedIdentities/read',
  roleAssignments: 'Microsoft.Authorization/roleAssignments/read',
};

/** What naming the roles of assignments needs. */
export const readRoleDefinitions = 'Microsoft.Authorization/roleDefinitions/read';
