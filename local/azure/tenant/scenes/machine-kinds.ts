import type { Stage } from './stage.ts';

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
