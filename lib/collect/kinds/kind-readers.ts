import { listArcMachines } from '../../azure/resource-manager/resources/arc-machines.ts';
import { listScaleSets } from '../../azure/resource-manager/resources/scale-sets.ts';
import { listUserAssignedIdentities } from '../../azure/resource-manager/resources/user-assigned-identities.ts';
import { listPowerStates, listVirtualMachines } from '../../azure/resource-manager/resources/virtual-machines.ts';
import type { Kind } from '../../inventory/coverage.ts';
import { type KindReader, listReader } from './kind-reader.ts';
import { readRoleAssignments } from './role-assignments.ts';

/** How each kind is read. What it needs to be allowed: `lib/inventory/read-actions.ts`. */
export const kindReaders: Readonly<Record<Kind, KindReader>> = {
  virtualMachines: listReader(listVirtualMachines, (sink, id, page) => sink.machines(id, page)),
  powerStates: listReader(listPowerStates, (sink, id, page) => sink.powerStates(id, page)),
  scaleSets: listReader(listScaleSets, (sink, id, page) => sink.machines(id, page)),
  arcMachines: listReader(listArcMachines, (sink, id, page) => sink.machines(id, page)),
  identities: listReader(listUserAssignedIdentities, (sink, id, page) => sink.identities(id, page)),
  roleAssignments: readRoleAssignments,
};
