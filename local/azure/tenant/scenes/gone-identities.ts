import { builtInRoles } from '../access/role-definitions.ts';
import type { Stage } from './stage.ts';

const { reader } = builtInRoles;

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
