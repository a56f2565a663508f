import {
  type IdentityType,
  identityTypes,
  type MachineIdentity,
  type MachineType,
  type UserAssignedIdentity,
} from '../../../inventory/virtual-machine.ts';
import { isObject, member, textOrNull } from '../../json.ts';
import { type ResourceIdParser, readResourceId } from './resource-id.ts';
import { toTags } from './wire-values.ts';

/** The members that {@link machineFields} reads, without `properties`. */
export const machineMembers = { id: 'all', name: 'all', location: 'all', tags: 'all', identity: 'all' } as const;

/**
 * The fields that machines of every type have in the same place.
 * @param kind for the message: `A virtual machine`
 * @throws {InvalidResponseError} the id is unusable
 */
export function machineFields(item: unknown, type: MachineType, parseId: ResourceIdParser, kind: string) {
  const { id, parts } = readResourceId(item, parseId, kind);
  return {
    id,
    name: textOrNull(member(item, 'name')) ?? parts.name,
    type,
    subscriptionId: parts.subscriptionId,
    resourceGroup: parts.resourceGroup,
    location: textOrNull(member(item, 'location')) ?? '',
    provisioningState: textOrNull(member(member(item, 'properties'), 'provisioningState')),
    tags: toTags(member(item, 'tags')),
    identity: toMachineIdentity(member(item, 'identity')),
  };
}

const noIdentity: MachineIdentity = { type: 'None', principalId: null, tenantId: null, userAssignedIdentities: {} };

/** Anything but an object is `None`. */
function toMachineIdentity(value: unknown): MachineIdentity {
  if (!isObject(value)) return noIdentity;
  const principalId = textOrNull(value.principalId);
  const userAssignedIdentities = toUserAssignedIdentities(value.userAssignedIdentities ?? value.identityIds);
  return {
    type: toIdentityType(value.type, principalId, userAssignedIdentities),
    principalId,
    tenantId: textOrNull(value.tenantId),
    userAssignedIdentities,
  };
}

/** Services differ in casing, spaces and order. If the type is missing, the identities determine it. */
function toIdentityType(
  value: unknown,
  principalId: string | null,
  userAssigned: Readonly<Record<string, UserAssignedIdentity>>,
): IdentityType {
  const canonical = identityTypes.find((type) => type === value);
  if (canonical !== undefined) return canonical;
  const words = typeof value === 'string' ? value.toLowerCase().replaceAll(' ', '').split(',') : [];
  const known = words.some((word) => word === 'systemassigned' || word === 'userassigned' || word === 'none');
  const system = known ? words.includes('systemassigned') : principalId !== null;
  const user = known ? words.includes('userassigned') : Object.keys(userAssigned).length > 0;
  if (system) return user ? 'SystemAssigned, UserAssigned' : 'SystemAssigned';
  return user ? 'UserAssigned' : 'None';
}

/** @param value ids with their principals, or a list of ids as in API versions before 2018-06-01 */
function toUserAssignedIdentities(value: unknown): Readonly<Record<string, UserAssignedIdentity>> {
  if (Array.isArray(value)) {
    const ids = value.filter((id) => typeof id === 'string');
    return Object.fromEntries(ids.map((id) => [id, { principalId: null, clientId: null }]));
  }
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([id, ids]) => [
      id,
      { principalId: textOrNull(member(ids, 'principalId')), clientId: textOrNull(member(ids, 'clientId')) },
    ]),
  );
}
