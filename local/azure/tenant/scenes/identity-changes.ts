import type { Stage } from './stage.ts';

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
