import type { Stage } from './stage.ts';

/** Machines that are created, deleted, re-created, moved and updated, and near misses. */
export function machineChanges({ state, machine, change }: Stage): void {
  if (state === 1) change('virtualMachineDeleted', machine('vm-deleted').id);
  if (state === 2) change('virtualMachineCreated', machine('vm-created').id);

  const recreated = machine('vm-recreated', { generation: state - 1 });
  if (state === 2) change('virtualMachineRecreated', recreated.id);

  const moved = machine('vm-moved', { group: state === 1 ? 'rg-retail' : 'rg-retail-new' });
  if (state === 2) change('virtualMachineMoved', moved.id);

  const resized = machine('vm-resized', { vmSize: state === 1 ? 'Standard_D2s_v5' : 'Standard_D4s_v5' });
  if (state === 2) change('virtualMachineUpdated', resized.id);

  const retagged = machine('vm-retagged', { costCenter: state === 1 ? '4711' : '4712' });
  if (state === 2) change('virtualMachineUpdated', retagged.id);

  // No changes: a stopped machine, and the same id in other casing.
  machine('vm-stopped', { powerState: state === 1 ? 'running' : 'deallocated' });
  machine('vm-recased', { upperCase: state === 2 });
}

/** Scale sets. A Uniform set has its own identity. The members of a Flexible set are machines with their own. */
export function scaleSets({ state, scaleSet, machine, identity, change }: Stage): void {
  scaleSet('vmss-uniform-both-identities', { mode: 'Uniform', capacity: 3, identities: [identity('id-scale-set')] });
  scaleSet('vmss-uniform-no-identity', { mode: 'Uniform', capacity: 2, system: false });
  if (state === 2)
    change('virtualMachineCreated', scaleSet('vmss-uniform-created', { mode: 'Uniform', capacity: 1 }).id);

  scaleSet('vmss-retail-web', { mode: 'Flexible', capacity: 2, system: false });
  machine('vm-flexible-member-1', { inFlexibleScaleSet: true });
  machine('vm-flexible-member-2', { inFlexibleScaleSet: true, system: false });
}

/** Machines outside Azure. Their subscription has no user-assigned identities. */
export function arcMachines({ state, places, arcMachine, change }: Stage): void {
  const at = places.edge;
  arcMachine('arc-till-linux', { at, osType: 'linux' });
  arcMachine('arc-till-windows', { at, osType: 'windows' });
  arcMachine('arc-till-without-identity', { at, osType: 'linux', system: false });
  if (state === 1) change('virtualMachineDeleted', arcMachine('arc-till-deleted', { at, osType: 'linux' }).id);
}

/** Subscriptions that appear, disappear and change tenant: one change each, whatever they contain. */
export function subscriptionChanges({ state, places, otherTenantId, machine, change }: Stage): void {
  machine('vm-in-leaving-subscription', { at: places.leaving });
  if (state === 2) change('subscriptionLost', `/subscriptions/${places.leaving}`);

  if (state === 2) {
    machine('vm-in-arriving-subscription', { at: places.arriving });
    change('subscriptionAppeared', `/subscriptions/${places.arriving}`);
  }

  // A transfer removes all identities. This one was re-created in the other tenant.
  const transferred = state === 1 ? {} : { system: 1, identityTenantId: otherTenantId };
  machine('vm-in-transferred-subscription', { at: places.transferred, ...transferred });
  if (state === 2) change('tenantChanged', `/subscriptions/${places.transferred}`);
}
