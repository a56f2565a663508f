import { builtInRoles } from '../access/role-definitions.ts';
import { sharedIdentityLimit } from '../expectation.ts';
import type { Stage } from './stage.ts';

const { reader } = builtInRoles;

/** Identities that are attached, detached and re-created. */
export function identityChanges({ state, machine, identity, change }: Stage): void {
  const attached = machine('vm-system-identity-attached', { system: state === 1 ? false : 0 });
  if (state === 2) change('identityAttached', attached.id, attached.principalId);

  const detachable = identity('id-detached-from-machine');
  const detached = machine('vm-identity-detached', { system: false, identities: state === 1 ? [detachable] : [] });
  if (state === 2) change('identityDetached', detached.id, detachable.principalId);

  const anew = machine('vm-system-identity-recreated', { system: state - 1 });
  if (state === 2) change('identityRecreated', anew.id, anew.principalId);

  // The change names the machine that has the identity, or the identity itself when it is on no machine.
  const renewed = identity('id-recreated', { generation: state - 1 });
  const carrier = machine('vm-with-recreated-identity', { system: false, identities: [renewed] });
  if (state === 2) change('identityRecreated', carrier.id, renewed.principalId);
  const unused = identity('id-recreated-on-no-machine', { generation: state - 1 });
  if (state === 2) change('identityRecreated', unused.id, unused.principalId);

  // No changes: this identity is on no machine.
  identity(state === 1 ? 'id-unused-deleted' : 'id-unused-created');
}

/** Federated credentials of identities on machines. The inventory does not read those of other identities. */
export function federatedCredentialChanges({ state, machine, identity, change }: Stage): void {
  const trusted = identity('id-deploy', { credentials: state === 1 ? ['web-shop'] : ['web-shop', 'payments'] });
  machine('vm-deploy', { system: false, identities: [trusted] });
  if (state === 2) change('federatedCredentialAdded', trusted.id, trusted.principalId);

  const distrusted = identity('id-deploy-legacy', { credentials: state === 1 ? ['legacy-shop'] : [] });
  machine('vm-deploy-legacy', { system: false, identities: [distrusted] });
  if (state === 2) change('federatedCredentialRemoved', distrusted.id, distrusted.principalId);

  // No change: this identity is on no machine.
  identity('id-deploy-on-no-machine', { credentials: state === 1 ? [] : ['returns'] });
}

/** One identity in two subscriptions, or on too many machines. */
export function sharedIdentities({ places, machine, identity, assign, finding }: Stage): void {
  const spanning = identity('id-shared-by-two-subscriptions');
  machine('vm-shared-identity-core', { system: false, identities: [spanning] });
  const other = machine('vm-shared-identity-edge', { at: places.edge, system: false, identities: [spanning] });
  finding('sharedIdentity', 'medium', spanning.id, spanning);
  // Not access across subscriptions: the identity has a machine there.
  assign(reader, spanning, other.group);

  const tooMany = identity('id-shared-by-eleven-machines');
  const justFew = identity('id-shared-by-ten-machines');
  for (let number = 1; number <= sharedIdentityLimit + 1; number++) {
    const identities = number <= sharedIdentityLimit ? [tooMany, justFew] : [tooMany];
    machine(`vm-fleet-${String(number).padStart(2, '0')}`, { system: false, identities });
  }
  finding('sharedIdentity', 'medium', tooMany.id, tooMany);
}

/** A role in a subscription where the identity has no machine. */
export function crossSubscriptionAccess({ places, machine, assign, finding }: Stage): void {
  const abroad = machine('vm-reads-other-subscription');
  const assignment = assign(reader, abroad, `/subscriptions/${places.edge}/resourceGroups/rg-retail`);
  finding('crossSubscriptionAccess', 'low', assignment, abroad);

  const athome = machine('vm-reads-own-subscription');
  assign(reader, athome, `/subscriptions/${places.core}`);
}

/** Deleted identities that are still on a machine. */
export function danglingIdentities({ state, places, machine, identity, finding }: Stage): void {
  const deleted = identity('id-deleted', { exists: state === 1 });
  const carrier = machine('vm-with-deleted-identity', { system: false, identities: [deleted] });
  if (state === 2) finding('danglingIdentity', 'medium', carrier.id, deleted);

  // No finding: its subscription is no longer visible.
  const unseen = identity('id-in-leaving-subscription', { at: places.leaving });
  machine('vm-with-unseen-identity', { system: false, identities: [unseen] });
}

/** Role assignments that outlive their principals. */
export function orphanedRoleAssignments({ state, machine, assign, change, finding }: Stage): void {
  const exists = state === 1;
  const stays = machine('vm-deleted-role-stays', { exists });
  const orphan = assign(reader, stays, stays.group);
  const goes = machine('vm-deleted-with-its-role', { exists });
  if (state === 1) change('roleRemoved', assign(reader, goes, goes.group), goes.principalId);
  if (state === 2) {
    change('virtualMachineDeleted', stays.id);
    change('virtualMachineDeleted', goes.id);
    finding('orphanedRoleAssignment', 'medium', orphan, stays);
  }
}

/** Machines that were deleted and re-created. They have a new principal id, and their roles stay with the old one. */
export function recreatedPrincipals({ state, machine, assign, change, finding }: Stage): void {
  const first = machine('vm-recreated-role-stays', { exists: state === 1 });
  const left = assign(reader, first, first.group);
  if (state === 2) {
    const second = machine('vm-recreated-role-stays', { generation: 1 });
    change('virtualMachineRecreated', second.id);
    finding('recreatedPrincipalKeepsRoles', 'high', second.id, first);
    finding('orphanedRoleAssignment', 'medium', left, first);
  }

  const renewed = machine('vm-recreated-role-renewed', { generation: state - 1 });
  const role = assign(reader, renewed, renewed.group);
  change(state === 1 ? 'roleRemoved' : 'roleAssigned', role, renewed.principalId);
  if (state === 2) change('virtualMachineRecreated', renewed.id);
}
