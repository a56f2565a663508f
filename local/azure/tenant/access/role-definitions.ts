import { createRandom } from '../random.ts';
import type { Permission, SampleSubscription } from '../types.ts';

/** A built-in or custom role. */
export interface RoleDefinition {
  /** Guid: the last segment of its ids. */
  readonly name: string;
  readonly roleName: string;
  readonly type: 'BuiltInRole' | 'CustomRole';
  readonly description: string;
  readonly assignableScopes: readonly string[];
  readonly permission: Permission;
}

export const noPermission: Permission = { actions: [], notActions: [], dataActions: [], notDataActions: [] };

const builtIn = (name: string, roleName: string, permission: Partial<Permission>): RoleDefinition => ({
  name,
  roleName,
  type: 'BuiltInRole',
  description: roleName,
  assignableScopes: ['/'],
  permission: { ...noPermission, ...permission },
});

/**
 * Some built-in roles, with their ids, which are the same in every tenant, and a summary of their permissions.
 * @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
export const builtInRoles = {
  reader: builtIn('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', { actions: ['*/read'] }),
  contributor: builtIn('b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor', {
    actions: ['*'],
    notActions: ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write'],
  }),
  owner: builtIn('8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', { actions: ['*'] }),
  userAccessAdministrator: builtIn('18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator', {
    actions: ['*/read', 'Microsoft.Authorization/*', 'Microsoft.Support/*'],
  }),
  billingReader: builtIn('fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64', 'Billing Reader', {
    actions: ['Microsoft.Billing/*/read', 'Microsoft.Resources/subscriptions/read'],
  }),
  monitoringReader: builtIn('43d0d8ad-25c7-4714-9337-8ba259a9fe05', 'Monitoring Reader', { actions: ['*/read'] }),
  virtualMachineContributor: builtIn('9980e02c-c2be-4d73-94e8-173b1dc7cf3c', 'Virtual Machine Contributor', {
    actions: ['Microsoft.Compute/virtualMachines/*', 'Microsoft.Resources/deployments/*'],
  }),
  keyVaultSecretsUser: builtIn('4633458b-17de-408a-b874-0445c86b69e6', 'Key Vault Secrets User', {
    dataActions: ['Microsoft.KeyVault/vaults/secrets/getSecret/action'],
  }),
  rbacAdministrator: builtIn('f58310d9-a9f6-439a-9e8d-f62e7b41a168', 'Role Based Access Control Administrator', {
    actions: [
      'Microsoft.Authorization/roleAssignments/write',
      'Microsoft.Authorization/roleAssignments/delete',
      '*/read',
      'Microsoft.Support/*',
    ],
  }),
  keyVaultAdministrator: builtIn('00482a5a-887f-4fb3-b363-3b7fe8e74483', 'Key Vault Administrator', {
    actions: ['Microsoft.KeyVault/vaults/*/read'],
    dataActions: ['Microsoft.KeyVault/vaults/*'],
  }),
  keyVaultReader: builtIn('21090545-7ca7-4776-b22c-e363652d74d2', 'Key Vault Reader', {
    actions: ['Microsoft.KeyVault/vaults/*/read'],
    dataActions: ['Microsoft.KeyVault/vaults/*/read', 'Microsoft.KeyVault/vaults/secrets/readMetadata/action'],
  }),
  blobDataContributor: builtIn('ba92f5b4-2d11-453d-a403-e96b0029c9fe', 'Storage Blob Data Contributor', {
    actions: ['Microsoft.Storage/storageAccounts/blobServices/containers/*'],
    dataActions: ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*'],
  }),
} as const;

/** @param data data actions, and those that it takes away again */
export function customRole(
  tenantId: string,
  roleName: string,
  actions: readonly string[],
  assignableScopes: readonly string[],
  data: Partial<Pick<Permission, 'dataActions' | 'notDataActions'>> = {},
): RoleDefinition {
  return {
    name: createRandom('custom role', tenantId, roleName).guid(),
    roleName,
    type: 'CustomRole',
    description: `${roleName} (custom)`,
    assignableScopes,
    permission: { ...noPermission, actions, ...data },
  };
}

/** A role as Resource Manager writes it. @param at the requested subscription; null = the tenant */
export function roleDefinitionResource(role: RoleDefinition, at: SampleSubscription | null) {
  const prefix = at === null ? '' : `/subscriptions/${at.subscriptionId}`;
  return {
    properties: {
      roleName: role.roleName,
      type: role.type,
      description: role.description,
      assignableScopes: role.assignableScopes,
      permissions: [role.permission],
      createdOn: '2024-02-02T21:55:09.8806423Z',
      updatedOn: '2025-08-11T15:09:01.1120374Z',
      createdBy: null,
      updatedBy: null,
    },
    id: `${prefix}/providers/Microsoft.Authorization/roleDefinitions/${role.name}`,
    type: 'Microsoft.Authorization/roleDefinitions',
    name: role.name,
  };
}
