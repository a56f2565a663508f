import { listArcMachines } from '../../azure/resource-manager/resources/arc-machines.ts';
import { listScaleSets } from '../../azure/resource-manager/resources/scale-sets.ts';
import { listUserAssignedIdentities } from '../../azure/resource-manager/resources/user-assigned-identities.ts';
import { listPowerStates, listVirtualMachines } from '../../azure/resource-manager/resources/virtual-machines.ts';
import type { Kind } from '../../inventory/coverage.ts';
import { type KindReader, listReader } from './kind-reader.ts';
import { readRoleAssignments } from './role-assignments.ts';

/** How to read each kind. */
export type KindReaders = Readonly<Record<Kind, KindReader>>;

/** As a run reads them. The rights that a kind needs: `lib/inventory/roles/read-actions.ts`. */
export const kindReaders: KindReaders = {
  virtualMachines: listReader(listVirtualMachines, (subscriptionId, rows) => ({
    type: 'machines',
    subscriptionId,
    rows,
  })),
  powerStates: listReader(listPowerStates, (subscriptionId, rows) => ({ type: 'powerStates', subscriptionId, rows })),
  scaleSets: listReader(listScaleSets, (subscriptionId, rows) => ({ type: 'machines', subscriptionId, rows })),
  arcMachines: listReader(listArcMachines, (subscriptionId, rows) => ({ type: 'machines', subscriptionId, rows })),
  identities: listReader(listUserAssignedIdentities, (subscriptionId, rows) => ({
    type: 'identities',
    subscriptionId,
    rows,
  })),
  roleAssignments: readRoleAssignments,
};
