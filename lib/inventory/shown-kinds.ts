import { type Kind, kinds, machineKinds } from './coverage.ts';
import type { MachineFacets } from './machine-facets.ts';
import type { MachineFilter, ShownKinds } from './query.ts';
import type { ChangeKind } from './run.ts';
import { machineTypes } from './virtual-machine.ts';

interface MachineSelection {
  readonly type?: MachineFilter['type'] | undefined;
  readonly powerState?: string | undefined;
}

/** Kinds that a list of machines shows. A filter by power state needs the power states too. */
export function machineListKinds({ type = machineTypes[0], powerState }: MachineSelection): ShownKinds {
  const shown = type === 'any' ? machineKinds : machineKinds.filter((_kind, index) => machineTypes[index] === type);
  return powerState === undefined ? shown : [...shown, 'powerStates'];
}

/**
 * Kinds that facets show beside the machines that a filter selects. Counts by type are of every type, and counts by power
 * state need the power states.
 */
export function machineFacetKinds({ type, powerState }: MachineSelection, { facets }: MachineFacets): ShownKinds {
  const shown = machineListKinds({ type: facets.type === undefined ? type : 'any' });
  return powerState === undefined && !facets.powerState ? shown : [...shown, 'powerStates'];
}

/** Kinds that a list of principals shows. A filter by power state needs the power states too. */
export function principalListKinds({ powerState }: MachineSelection): ShownKinds {
  return powerState === undefined ? allKinds : kinds;
}

/** Kinds that make up a principal and the ledger: all but the power states, which never make an answer incomplete. */
export const allKinds: ShownKinds = kinds.filter((kind) => kind !== 'powerStates');

/** Kinds that the log of changes shows, or one kind of change. Changes of subscriptions depend on their list alone. */
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
