import { builtInRoles, customRole } from '../access/role-definitions.ts';
import { createRandom } from '../random.ts';
import { managementGroupScope, platform, rootManagementGroup } from '../subscriptions.ts';
import type { Stage } from './stage.ts';

const {
  reader,
  monitoringReader,
  keyVaultSecretsUser,
  blobDataContributor,
  keyVaultAdministrator,
  keyVaultReader,
  rbacAdministrator,
  owner,
  contributor,
  userAccessAdministrator,
  virtualMachineContributor,
} = builtInRoles;

/** Roles that identities gain and lose, and roles of other principals, which the inventory ignores. */
export function roleChanges({ state, tenantId, machine, assign, change }: Stage): void {
  const rising = machine('vm-role-assigned');
  if (state === 2) change('roleAssigned', assign(reader, rising, rising.group), rising.principalId);

  const falling = machine('vm-role-removed');
  if (state === 1) change('roleRemoved', assign(keyVaultSecretsUser, falling, falling.group), falling.principalId);

  const bound = machine('vm-role-condition-changed');
  const container = state === 1 ? 'logs' : 'receipts';
  const condition = `((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})) OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals '${container}'))`;
  const conditional = assign(blobDataContributor, bound, bound.group, { condition });
  if (state === 2) change('roleAssigned', conditional, bound.principalId);

  // Every subscription below the management group inherits it. One of them leaves the group.
  const monitoring = machine('vm-role-from-management-group');
  const inherited = assign(monitoringReader, monitoring, managementGroupScope(platform));
  if (state === 2) change('roleInheritanceLost', inherited, monitoring.principalId);

  if (state === 2) {
    const stranger = (who: string) => createRandom('stranger', tenantId, who).guid();
    assign(reader, stranger('user'), rising.group, { principalType: 'User' });
    assign(reader, stranger('group'), rising.group, { principalType: 'Group' });
    assign(reader, stranger('application'), rising.group);
  }
}

/** Identities with full control of a subscription or above, and near misses. */
export function privilegedIdentities({ tenantId, places, machine, identity, assign, finding }: Stage): void {
  const core = `/subscriptions/${places.core}`;
  const high = machine('vm-owner-of-subscription');
  assign(owner, high, core);
  finding('privilegedIdentity', 'high', high.id, high);

  const root = managementGroupScope(rootManagementGroup);
  const steward = customRole(tenantId, 'Access Steward', ['Microsoft.Authorization/roleAssignments/*'], [root]);
  const giver = identity('id-may-assign-roles');
  machine('vm-may-assign-roles', { system: false, identities: [giver] });
  assign(steward, giver, root);
  finding('privilegedIdentity', 'high', giver.id, giver);

  const medium = machine('vm-contributor-of-subscription');
  assign(contributor, medium, core);
  finding('privilegedIdentity', 'medium', medium.id, medium);

  const unused = identity('id-contributor-on-no-machine');
  assign(contributor, unused, core);
  finding('privilegedIdentity', 'medium', unused.id, unused);

  // No findings: only a resource group; only machines.
  const narrow = machine('vm-owner-of-resource-group', { group: 'rg-retail-small' });
  assign(owner, narrow, narrow.group);
  assign(virtualMachineContributor, machine('vm-contributor-of-machines'), core);
}

/** Identities with far-reaching rights on data, under a condition or not, and near misses. */
export function dataRoles({ tenantId, places, machine, assign, finding }: Stage): void {
  const core = `/subscriptions/${places.core}`;
  const vaults = machine('vm-opens-every-vault');
  assign(keyVaultAdministrator, vaults, core);
  finding('privilegedIdentity', 'medium', vaults.id, vaults);

  const dataOnly = customRole(tenantId, 'Storage Data Mover', [], [core], {
    dataActions: ['Microsoft.Storage/*'],
    notDataActions: ['Microsoft.Storage/storageAccounts/queueServices/*'],
  });
  const mover = machine('vm-moves-storage-data');
  assign(dataOnly, mover, core);
  finding('privilegedIdentity', 'medium', mover.id, mover);

  const delegate = machine('vm-assigns-reader-only');
  const condition = `((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${reader.name}}))`;
  assign(rbacAdministrator, delegate, core, { condition });
  finding('privilegedIdentity', 'high', delegate.id, delegate);

  // No findings: only a resource group; names of secrets without their values; all that counts is taken away again.
  const narrow = machine('vm-opens-vaults-of-group');
  assign(keyVaultAdministrator, narrow, narrow.group);
  assign(keyVaultReader, machine('vm-sees-names-of-secrets'), core);
  const restricted = customRole(tenantId, 'Key Vault Observer', [], [core], {
    dataActions: ['Microsoft.KeyVault/*'],
    notDataActions: ['Microsoft.KeyVault/vaults/secrets/*', 'Microsoft.KeyVault/vaults/keys/*'],
  });
  assign(restricted, machine('vm-observes-vaults'), core);
}

/** Roles of groups, which only a live read of a principal shows: no run finds them. */
export function rolesThroughGroups({ places, machine, group, assign }: Stage): void {
  const carrier = machine('vm-in-group-of-group');
  assign(reader, carrier, carrier.group);
  const inner = group('web machines', [carrier.principalId]);
  const outer = group('all machines', [inner]);
  assign(blobDataContributor, inner, `/subscriptions/${places.edge}`, { principalType: 'Group' });
  assign(contributor, outer, managementGroupScope(rootManagementGroup), { principalType: 'Group' });
  // Its group has no role.
  const lonely = machine('vm-in-group-without-role');
  group('idle machines', [lonely.principalId]);
}

/** Unused privileged identities: all their machines are deallocated. */
export function idlePrivilegedIdentities({ places, machine, identity, assign, finding }: Stage): void {
  const core = `/subscriptions/${places.core}`;
  const idle = machine('vm-idle-access-administrator', { powerState: 'deallocated' });
  assign(userAccessAdministrator, idle, core);
  finding('privilegedIdentity', 'high', idle.id, idle);
  finding('idlePrivilegedIdentity', 'high', idle.id, idle);

  // Not idle: one of its two machines runs.
  const half = identity('id-contributor-half-idle');
  machine('vm-half-idle-deallocated', { system: false, identities: [half], powerState: 'deallocated' });
  machine('vm-half-idle-running', { system: false, identities: [half] });
  assign(contributor, half, core);
  finding('privilegedIdentity', 'medium', half.id, half);

  // Idle, but not privileged.
  assign(reader, machine('vm-idle-reader', { powerState: 'deallocated' }), core);
}
