import type { Coverage } from '../inventory/coverage.ts';
import type { Completeness, MachineFilter, OrderBy } from '../inventory/query.ts';
import { type VirtualMachine, virtualMachineType } from '../inventory/virtual-machine.ts';

/**
 * The machines that match a filter, in order: what the database's queries do, for machines that were just read.
 * @param orderBy default: by id, which also decides between equal values. Case is ignored, and null is the empty text
 */
export function matchingMachines(
  machines: readonly VirtualMachine[],
  filter: MachineFilter,
  orderBy: OrderBy | undefined,
): VirtualMachine[] {
  const { field, descending } = orderBy ?? { field: 'id', descending: false };
  const sign = descending ? -1 : 1;
  return machines
    .filter((machine) => machineMatches(machine, filter))
    .sort((a, b) => sign * compare(a[field], b[field]) || compare(a.id, b.id));
}

function compare(a: string | null, b: string | null): number {
  const [left, right] = [a?.toLowerCase() ?? '', b?.toLowerCase() ?? ''];
  return left < right ? -1 : Number(left > right);
}

function machineMatches(machine: VirtualMachine, filter: MachineFilter): boolean {
  const { type = virtualMachineType, subscriptionId, identityType, principalId, clientId, tags = [] } = filter;
  const userAssigned = Object.values(machine.identity.userAssignedIdentities);
  return (
    (type === 'any' || machine.type === type) &&
    isSame(subscriptionId, machine.subscriptionId) &&
    isSame(filter.resourceGroup, machine.resourceGroup) &&
    isSame(filter.name, machine.name) &&
    isSame(filter.location, machine.location) &&
    isSame(filter.osType, machine.osType) &&
    isSame(filter.powerState, machine.powerState?.replace(/^PowerState\//i, '') ?? null) &&
    hasIdentityType(machine, identityType) &&
    (principalId === undefined || machine.principalIds.some((id) => isSame(principalId, id))) &&
    (clientId === undefined || userAssigned.some((identity) => isSame(clientId, identity.clientId))) &&
    tags.every((tag) => hasTag(machine.tags, tag)) &&
    (filter.stale === undefined || machine.stale === filter.stale) &&
    (filter.deleted === 'any' || (machine.deletedAt !== null) === (filter.deleted ?? false))
  );
}

/** Completeness for a filter: a machine whose power state could not be read may have the requested one. */
export function liveCompleteness(
  { completeness, coverage }: { readonly completeness: Completeness; readonly coverage: readonly Coverage[] },
  { powerState }: MachineFilter,
): Completeness {
  const isKnown = ({ status, kinds }: Coverage): boolean =>
    status === 'skipped' || kinds.powerStates?.status === 'complete';
  return powerState === undefined || coverage.every(isKnown) ? completeness : { ...completeness, complete: false };
}

function isSame(wanted: string | undefined, actual: string | null): boolean {
  return wanted === undefined || wanted.toLowerCase() === actual?.toLowerCase();
}

function hasIdentityType(machine: VirtualMachine, wanted: MachineFilter['identityType']): boolean {
  const { type } = machine.identity;
  switch (wanted) {
    case undefined:
      return true;
    case 'none':
      return type === 'None';
    case 'any':
      return type !== 'None';
    case 'systemAssigned':
      return type.includes('SystemAssigned');
    default:
      return type.includes('UserAssigned');
  }
}

/** Names of tags ignore case, values don't. */
function hasTag(
  tags: Readonly<Record<string, string>>,
  wanted: { readonly name: string; readonly value: string | null },
): boolean {
  return Object.entries(tags).some(
    ([name, value]) => isSame(wanted.name, name) && (wanted.value === null || wanted.value === value),
  );
}
