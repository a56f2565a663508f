import {
  type IdentityType,
  identityTypes,
  type MachineIdentity,
  type MachineReading,
  type UserAssignedIdentity,
  virtualMachineType,
} from '../../inventory/virtual-machine.ts';
import { InvalidResponseError } from './invalid-response-error.ts';
import { isObject, member, textOrNull } from './json.ts';
import { toTags } from './to-tags.ts';

const noIdentity: MachineIdentity = { type: 'None', principalId: null, tenantId: null, userAssignedIdentities: {} };
const idPattern =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Compute\/virtualMachines\/([^/]+)$/i;

/** The parts of a virtual machine's resource id; null when it is none. */
export function virtualMachineIdParts(
  id: string,
): { readonly subscriptionId: string; readonly resourceGroup: string; readonly name: string } | null {
  const [, subscriptionId, resourceGroup, name] = idPattern.exec(id) ?? [];
  if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) return null;
  return { subscriptionId: subscriptionId.toLowerCase(), resourceGroup, name };
}

/**
 * A virtual machine as Resource Manager writes it, as what the inventory keeps. Missing, null and odd values become null
 * (or the documented default); nothing is guessed. Written by hand because it runs for every machine of every run:
 * three to four microseconds each.
 * @throws {InvalidResponseError} without a usable id a machine cannot be told from another
 * @see https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all
 */
export function toMachineReading(item: unknown): MachineReading {
  const id = textOrNull(member(item, 'id'));
  const parts = id === null ? null : virtualMachineIdParts(id);
  if (id === null || parts === null) {
    throw new InvalidResponseError(`A virtual machine was listed without a usable id: ${id ?? 'none'}`);
  }
  const properties = member(item, 'properties');
  return {
    id,
    name: textOrNull(member(item, 'name')) ?? parts.name,
    type: virtualMachineType,
    subscriptionId: parts.subscriptionId,
    resourceGroup: parts.resourceGroup,
    location: textOrNull(member(item, 'location')) ?? '',
    zones: toZones(member(item, 'zones')),
    vmId: textOrNull(member(properties, 'vmId')),
    vmSize: textOrNull(member(member(properties, 'hardwareProfile'), 'vmSize')),
    osType: textOrNull(member(member(member(properties, 'storageProfile'), 'osDisk'), 'osType')),
    priority: textOrNull(member(properties, 'priority')) ?? 'Regular',
    provisioningState: textOrNull(member(properties, 'provisioningState')),
    timeCreated: toTime(member(properties, 'timeCreated')),
    tags: toTags(member(item, 'tags')),
    scaleSetId: textOrNull(member(member(properties, 'virtualMachineScaleSet'), 'id')),
    identity: toIdentity(member(item, 'identity')),
  };
}

function toZones(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((zone) => typeof zone === 'string' || typeof zone === 'number').map(String);
}

/** How Azure writes times, nearly always: UTC, up to seven digits of a second. */
const utcTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\d*(?:Z|\+00:00)$/;

/** Any digits of a second and any offset; ours is UTC with milliseconds. The usual form is cut to length, which is much faster. */
function toTime(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return null;
  if (utcTime.test(value)) return `${value.slice(0, 23)}Z`;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

function toIdentity(value: unknown): MachineIdentity {
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

/** Services differ in casing, spaces and order. Without a type, the identities that are there say it. */
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
