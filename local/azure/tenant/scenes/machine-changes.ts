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
