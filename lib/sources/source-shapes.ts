import * as v from 'valibot';
import { resourceIdParser } from '../azure/resource-manager/resources/resource-id.ts';
import { guidPattern, userAssignedIdentityType } from '../inventory/commands/azure-id.ts';
import { blindSpotSources } from '../inventory/coverage.ts';
import { subscriptionOf } from '../inventory/roles/privilege.ts';
import type { RoleAssignmentReading } from '../inventory/roles/role.ts';
import { count, nullableText, text } from '../inventory/shape.ts';
import {
  type MachineReading,
  machineTypes,
  virtualMachineShape,
  virtualMachineType,
  zonePattern,
} from '../inventory/virtual-machine.ts';

// What a source may say. Each of its rows is parsed with one of these shapes, like each answer of Azure. SQLite has
// checked the types of the columns.

const guid = v.pipe(text, v.regex(guidPattern, 'is not a GUID'));
const nullableGuid = v.nullable(guid);
/** As the inventory writes a time, in a year of four digits: times are compared as texts. */
const time = v.pipe(text, v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'is not a time'));

/** Zones, tags or identities of one machine. Azure allows fewer. */
const mostParts = 1000;

/** An object without a prototype: a key may be `__proto__` or `constructor`. */
function byKey<Value>(isKey: (key: string) => boolean, shape: v.GenericSchema<Value>) {
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>((value) => typeof value === 'object' && value !== null),
    v.check((value) => {
      const keys = Object.keys(value);
      return !Array.isArray(value) && keys.length <= mostParts && keys.every(isKey);
    }, 'is not an object with such keys'),
    v.transform((value): Readonly<Record<string, Value>> => {
      const entries: Record<string, Value> = Object.create(null);
      for (const key of Object.keys(value)) entries[key] = v.parse(shape, value[key]);
      return entries;
    }),
  );
}

const identityIdParts = resourceIdParser(userAssignedIdentityType);
const identityIds = v.object({ principalId: nullableGuid, clientId: nullableGuid });
const { type, identity, ...fields } = v.omit(virtualMachineShape, [
  'subscriptionName',
  'powerState',
  'principalIds',
  'firstSeen',
  'lastSeen',
  'deletedAt',
  'stale',
]).entries;
export const machineShape = v.object({
  ...fields,
  type,
  zones: v.pipe(v.array(v.pipe(text, v.regex(zonePattern, 'is not a zone'))), v.maxLength(mostParts)),
  timeCreated: v.nullable(time),
  tags: byKey(() => true, text),
  instanceCount: v.nullable(count),
  identity: v.object({
    type: identity.entries.type,
    principalId: nullableGuid,
    tenantId: nullableGuid,
    userAssignedIdentities: byKey((id) => identityIdParts(id) !== null, identityIds),
  }),
});
export const lastSeenShape = time;

export const powerStateShape = v.object({ id: text, powerState: v.pipe(text, v.regex(/^PowerState\//i)) });
export const identityShape = v.object({
  id: text,
  principalId: nullableGuid,
  clientId: nullableGuid,
  tenantId: nullableGuid,
});
export const systemAssignedShape = v.object({ principalId: nullableGuid, clientId: guid });
export const roleAssignmentShape = v.object({
  id: text,
  scope: text,
  roleDefinitionId: text,
  principalId: guid,
  condition: nullableText,
});
const texts = v.array(text);
/** Older versions do not read it. */
const readLater = v.nullish(texts, null);
export const roleDefinitionShape = v.object({
  id: text,
  roleName: text,
  permissions: v.array(
    v.object({ actions: texts, notActions: texts, dataActions: readLater, notDataActions: readLater }),
  ),
});
/** In lower case, as the hub writes it: in another spelling it would pass for another subscription. */
const subscriptionId = v.pipe(
  guid,
  v.check((id) => id === id.toLowerCase(), 'is not in lower case'),
);
export const subscriptionShape = v.object({
  subscriptionId,
  displayName: text,
  tenantId: nullableGuid,
  state: text,
  readAt: time,
});
export const blindSpotShape = v.object({
  subscriptionId: v.pipe(guid, v.toLowerCase()),
  displayName: nullableText,
  source: v.picklist(blindSpotSources),
});

const machineIdParts = new Map<string, ReturnType<typeof resourceIdParser>>(
  machineTypes.map((one) => [one, resourceIdParser(one)]),
);

/** A checker of ids: each row must belong to the subscription that offers it. */
export function idsIn(subscriptionId: string) {
  const mustBe = (isIn: boolean, id: string): void => {
    if (!isIn) throw new TypeError(`${id} is not in subscription ${subscriptionId}`);
  };
  return {
    machine: ({ id, type }: Pick<MachineReading, 'id' | 'type'>) =>
      mustBe(machineIdParts.get(type)?.(id)?.subscriptionId === subscriptionId, id),
    powerState: ({ id }: { readonly id: string }) =>
      mustBe(machineIdParts.get(virtualMachineType)?.(id)?.subscriptionId === subscriptionId, id),
    identity: ({ id }: { readonly id: string }) => mustBe(identityIdParts(id)?.subscriptionId === subscriptionId, id),
    /** A list also shows what is assigned above the subscription. */
    roleAssignment({ id, scope }: Pick<RoleAssignmentReading, 'id' | 'scope'>): void {
      for (const one of [id, scope]) {
        const owner = subscriptionOf(one);
        mustBe(one.startsWith('/') && (owner === null || owner === subscriptionId), one);
      }
    },
  };
}
