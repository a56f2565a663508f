import { builtInRoles } from '../access/role-definitions.ts';
import { createRandom } from '../random.ts';
import { managementGroupScope, platform } from '../subscriptions.ts';
import type { Stage } from './stage.ts';

const { reader, monitoringReader, keyVaultSecretsUser, blobDataContributor } = builtInRoles;

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
