import {
  type IdentityType,
  identityTypes,
  type MachineIdentity,
  type UserAssignedIdentity,
} from '../../../inventory/virtual-machine.ts';
import { isObject, member, textOrNull } from '../../json.ts';

const noIdentity: MachineIdentity = { type: 'None', principalId: null, tenantId: null, userAssignedIdentities: {} };

/** The `identity` of a machine of any type; anything but an object is `None`. */
export function toMachineIdentity(value: unknown): MachineIdentity {
  if (!isObject(value)) return noIdentity;
  const principalId = textOrNull(value.principalId);
  const userAssignedIdentities = toUserAssignedIdentities(value.userAssignedIdentities);
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

function toUserAssignedIdentities(value: unknown): Readonly<Record<string, UserAssignedIdentity>> {
  if (!isObject(value) || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([id, ids]) => [
      id,
      { principalId: textOrNull(member(ids, 'principalId')), clientId: textOrNull(member(ids, 'clientId')) },
    ]),
  );
}
