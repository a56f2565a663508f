import { type Kind, kinds, machineKinds } from './coverage.ts';
import type { MachineFilter, ShownKinds } from './query.ts';
import type { ChangeKind } from './run.ts';
import { machineTypes } from './virtual-machine.ts';

interface AskedMachines {
  readonly type?: MachineFilter['type'] | undefined;
  readonly powerState?: string | undefined;
}

/** Kinds that a list of machines shows; asked for a power state, it has only those whose state is known. */
export function machineListKinds({ type = machineTypes[0], powerState }: AskedMachines): ShownKinds {
  const shown = type === 'any' ? machineKinds : machineKinds.filter((_kind, index) => machineTypes[index] === type);
  return powerState === undefined ? shown : [...shown, 'powerStates'];
}

/** Kinds that a list of principals shows: all; and those of the machines that it is asked for. */
export function principalListKinds({ powerState }: AskedMachines): ShownKinds {
  return powerState === undefined ? allKinds : kinds;
}

/** Kinds that a principal is put together from, and that the ledger shows: all but the power states, which are never a gap. */
export const allKinds: ShownKinds = kinds.filter((kind) => kind !== 'powerStates');

/**
 * Kinds that the log of changes shows, or one kind of change. What becomes of subscriptions is said by their list alone.
 */
export function changeListKinds(change: ChangeKind | undefined): ShownKinds {
  return change === undefined ? allKinds : shownBy[change];
}

const identities: readonly Kind[] = ['identities'];
const roles: readonly Kind[] = ['roleAssignments'];
const shownBy: Readonly<Record<ChangeKind, ShownKinds>> = {
  virtualMachineCreated: machineKinds,
  virtualMachineDeleted: machineKinds,
  virtualMachineRecreated: machineKinds,
  virtualMachineMoved: machineKinds,
  virtualMachineUpdated: machineKinds,
  identityAttached: machineKinds,
  identityDetached: machineKinds,
  identityRecreated: [...machineKinds, ...identities],
  roleAssigned: roles,
  roleRemoved: roles,
  roleInheritanceLost: roles,
  federatedCredentialAdded: identities,
  federatedCredentialRemoved: identities,
  subscriptionAppeared: [],
  subscriptionLost: [],
  subscriptionForgotten: [],
  outOfScope: [],
  tenantChanged: [],
};
