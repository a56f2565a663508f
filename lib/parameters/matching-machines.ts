import type { Coverage } from '../inventory/coverage.ts';
import { fold } from '../inventory/names/fold.ts';
import { type RequiredTag, refuseImpossibleTags, requiredTags } from '../inventory/names/tag-filter.ts';
import type { Completeness, LiveList, MachineFilter, OrderBy } from '../inventory/query.ts';
import { identityTypesOf, type VirtualMachine, virtualMachineType } from '../inventory/virtual-machine.ts';

/**
 * The machines that match a filter, in order: what the database's queries do, for machines that were just read.
 * @throws {ImpossibleFilterError} no machine has a required tag
 * @param orderBy default: by id, which also decides between equal values. Case is ignored, and null is the empty text
 */
export function matchingMachines(
  machines: readonly VirtualMachine[],
  filter: MachineFilter,
  orderBy: OrderBy | undefined,
): VirtualMachine[] {
  const { field, descending } = orderBy ?? { field: 'id', descending: false };
  const sign = descending ? -1 : 1;
  const { tags = [] } = filter;
  const names = new Set(machines.flatMap((machine) => Object.keys(machine.tags)));
  refuseImpossibleTags(tags, names);
  const required = requiredTags(tags, names);
  return machines
    .filter((machine) => Object.values(conditions).every((matches) => matches(machine, filter)))
    .filter((machine) => hasTags(machine.tags, required))
    .sort((a, b) => sign * compare(a[field], b[field]) || compare(a.id, b.id));
}

function compare(a: string | null, b: string | null): number {
  const [left, right] = [fold(a ?? ''), fold(b ?? '')];
  return left < right ? -1 : Number(left > right);
}

type Condition = (machine: VirtualMachine, filter: MachineFilter) => boolean;

/** All but `tags`, whose meaning depends on all machines. */
const conditions: Readonly<Record<Exclude<keyof MachineFilter, 'tags'>, Condition>> = {
  type: (machine, { type = virtualMachineType }) => type === 'any' || machine.type === type,
  subscriptionId: (machine, { subscriptionId }) => isSame(subscriptionId, machine.subscriptionId),
  resourceGroup: (machine, { resourceGroup }) => isSame(resourceGroup, machine.resourceGroup),
  name: (machine, { name }) => isSame(name, machine.name),
  location: (machine, { location }) => isSame(location, machine.location),
  identityType: ({ identity }, { identityType }) =>
    identityType === undefined || identityTypesOf[identityType].some((type) => type === identity.type),
  principalId: ({ principalIds }, { principalId }) =>
    principalId === undefined || principalIds.some((id) => isSame(principalId, id)),
  clientId: ({ identity }, { clientId }) =>
    clientId === undefined ||
    Object.values(identity.userAssignedIdentities).some((one) => isSame(clientId, one.clientId)),
  powerState: (machine, { powerState }) =>
    isSame(powerState, machine.powerState?.replace(/^PowerState\//i, '') ?? null),
  osType: (machine, { osType }) => isSame(osType, machine.osType),
  vmSize: (machine, { vmSize }) => isSame(vmSize, machine.vmSize),
  contains: ({ id, name }, { contains }) =>
    // The resource group is a part of the id.
    contains === undefined || [id, name].some((one) => fold(one).includes(fold(contains))),
  stale: (machine, { stale }) => stale === undefined || machine.stale === stale,
  deleted: ({ deletedAt }, { deleted = false }) => deleted === 'any' || (deletedAt !== null) === deleted,
};

/** Completeness for a filter: a machine whose power state could not be read may have the requested one. */
export function liveCompleteness(
  { completeness, coverage }: Pick<LiveList, 'completeness' | 'coverage'>,
  { powerState }: MachineFilter,
): Completeness {
  const isKnown = ({ status, kinds }: Coverage): boolean =>
    status === 'skipped' || kinds.powerStates?.status === 'complete';
  return powerState === undefined || coverage.every(isKnown) ? completeness : { ...completeness, complete: false };
}

function isSame(wanted: string | undefined, actual: string | null): boolean {
  return wanted === undefined || (actual !== null && fold(wanted) === fold(actual));
}

/** The tags that a filter requires, by the tags that the machines have. */
function hasTags(tags: Readonly<Record<string, string>>, required: readonly RequiredTag[]): boolean {
  return required.every(({ names, value }) =>
    names.some((name) => Object.hasOwn(tags, name) && (value === null || tags[name] === value)),
  );
}
