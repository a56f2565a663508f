import * as v from 'valibot';
import type { MachineFilter, OrderBy } from '../inventory/query.ts';
import { type MachineType, virtualMachineType } from '../inventory/virtual-machine.ts';
import { guid, text, trueOrFalse } from './fields.ts';

const types: Readonly<Record<string, MachineType | 'any'>> = {
  virtualMachines: virtualMachineType,
  scaleSets: 'Microsoft.Compute/virtualMachineScaleSets',
  arc: 'Microsoft.HybridCompute/machines',
  any: 'any',
};

const type = v.pipe(
  v.picklist(['virtualMachines', 'scaleSets', 'arc', 'any'], 'virtualMachines, scaleSets, arc, any'),
  v.transform((value): MachineType | 'any' => types[value] ?? virtualMachineType),
);

const identityTypes = ['none', 'systemAssigned', 'userAssigned', 'any'] as const;

const tag = v.pipe(
  text,
  v.regex(/^[^=]/, 'NAME or NAME=VALUE'),
  v.transform((value) => {
    const at = value.indexOf('=');
    return at < 0 ? { name: value, value: null } : { name: value.slice(0, at), value: value.slice(at + 1) };
  }),
);

const powerState = v.pipe(
  text,
  v.transform((value) => value.replace(/^PowerState\//i, '')),
);

const deleted = v.pipe(
  v.picklist(['false', 'true', 'any'], 'false, true, any'),
  v.transform((value) => (value === 'any' ? value : value === 'true')),
);

/** Filters that every list of machines, and of principals by their machines, has. */
export const machineFilterEntries = {
  type: v.exactOptional(type),
  subscriptionId: v.exactOptional(guid),
  resourceGroup: v.exactOptional(text),
  name: v.exactOptional(text),
  location: v.exactOptional(text),
  identityType: v.exactOptional(v.picklist(identityTypes, identityTypes.join(', '))),
  principalId: v.exactOptional(guid),
  clientId: v.exactOptional(guid),
  tag: v.exactOptional(v.pipe(v.array(tag), v.maxLength(15, 'up to 15 tags'))),
  powerState: v.exactOptional(powerState),
  osType: v.exactOptional(text),
  stale: v.exactOptional(trueOrFalse),
  deleted: v.exactOptional(deleted),
};

/** The filter that parsed parameters stand for. */
export function toMachineFilter<T extends Omit<MachineFilter, 'tags'> & { readonly tag?: MachineFilter['tags'] }>(
  parameters: T,
): MachineFilter {
  const { tag: tags } = parameters;
  const filter: Record<string, unknown> = {};
  for (const name of Object.keys(machineFilterEntries)) {
    const value = Reflect.get(parameters, name);
    if (name !== 'tag' && value !== undefined) filter[name] = value;
  }
  return { ...filter, ...(tags === undefined ? {} : { tags }) };
}

const orderFields = ['name', 'subscriptionId', 'location', 'timeCreated'] as const;

export const orderBy = v.pipe(
  v.string(),
  v.regex(
    /^(?:name|subscriptionId|location|timeCreated)(?: (?:asc|desc))?$/,
    `one of ${orderFields.join(', ')}, then a space and desc where the order is to be reversed`,
  ),
  v.transform((value): OrderBy => {
    const [name, direction] = value.split(' ');
    return { field: orderFields.find((field) => field === name) ?? 'name', descending: direction === 'desc' };
  }),
);
