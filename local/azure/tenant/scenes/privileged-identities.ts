import { builtInRoles, customRole } from '../access/role-definitions.ts';
import { managementGroupScope, rootManagementGroup } from '../subscriptions.ts';
import type { Stage } from './stage.ts';

const { owner, contributor, reader, userAccessAdministrator, virtualMachineContributor } = builtInRoles;

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
