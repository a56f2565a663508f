import * as v from 'valibot';
import { coverageStatuses } from '../inventory/coverage.ts';
import { findingRules, severities } from '../inventory/finding.ts';
import { principalKinds, principalStates } from '../inventory/principal.ts';
import type { MachineFilter, OrderBy, PrincipalFilter } from '../inventory/query.ts';
import { changeKinds } from '../inventory/run.ts';
import { identityTypeWords, type MachineType, machineTypes, machineTypeWords } from '../inventory/virtual-machine.ts';
import { asOf, guid, resourceId, text, trueOrFalse } from './parameter-values.ts';

const typeWords = [...machineTypeWords, 'any'] as const;
const type = v.pipe(
  v.picklist(typeWords, typeWords.join(', ')),
  v.transform((value): MachineType | 'any' => machineTypes[typeWords.indexOf(value)] ?? 'any'),
);

/** The longest name has 512 characters, the longest value 256. @see https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations */
const tag = v.pipe(
  v.string(),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refuses them
  v.regex(/^[^\u0000-\u001f\u007f]{1,769}$/, 'NAME or NAME=VALUE, without control characters'),
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

/**
 * Filters of every list of machines, and of principals by their machines. A new filter also needs a field of
 * `MachineFilter`. The compiler then asks for its condition in the database's queries, for its condition in
 * matching-machines.ts (`--live`), and for its option in cli/shared-options.ts. CONTRIBUTING.md has the recipe.
 */
export const machineFilterEntries = {
  type: v.exactOptional(type),
  subscriptionId: v.exactOptional(guid),
  resourceGroup: v.exactOptional(text),
  name: v.exactOptional(text),
  location: v.exactOptional(text),
  identityType: v.exactOptional(v.picklist(identityTypeWords, identityTypeWords.join(', '))),
  principalId: v.exactOptional(guid),
  clientId: v.exactOptional(guid),
  tag: v.exactOptional(v.pipe(v.array(tag), v.maxLength(15, 'up to 15 tags'))),
  powerState: v.exactOptional(powerState),
  osType: v.exactOptional(text),
  vmSize: v.exactOptional(text),
  contains: v.exactOptional(text),
  stale: v.exactOptional(trueOrFalse),
  deleted: v.exactOptional(deleted),
};

export const principalFilterEntries = {
  ...machineFilterEntries,
  state: v.exactOptional(v.picklist(principalStates, principalStates.join(', '))),
  kind: v.exactOptional(v.picklist(principalKinds, principalKinds.join(', '))),
};

type MachineParameters = Omit<MachineFilter, 'tags'> & { readonly tag?: MachineFilter['tags'] };

/** The filter in parsed parameters, without the other parameters. */
export function toMachineFilter<T extends MachineParameters>(parameters: T): MachineFilter {
  const { tag: tags } = parameters;
  const filter: Record<string, unknown> = {};
  for (const name of Object.keys(machineFilterEntries)) {
    const value = Reflect.get(parameters, name);
    if (name !== 'tag' && value !== undefined) filter[name] = value;
  }
  return { ...filter, ...(tags === undefined ? {} : { tags }) };
}

/** As {@link toMachineFilter}, with the filters of the principal itself. */
export function toPrincipalFilter<T extends MachineParameters & Pick<PrincipalFilter, 'state' | 'kind'>>(
  parameters: T,
): PrincipalFilter {
  const { state, kind } = parameters;
  return {
    ...toMachineFilter(parameters),
    ...(state === undefined ? {} : { state }),
    ...(kind === undefined ? {} : { kind }),
  };
}

const orderFields = ['name', 'subscriptionId', 'location', 'timeCreated'] as const;

export const orderBy = v.pipe(
  v.string(),
  v.regex(
    /^(?:name|subscriptionId|location|timeCreated)(?: (?:asc|desc))?$/,
    `one of ${orderFields.join(', ')}, then a space and desc to reverse the order`,
  ),
  v.transform((value): OrderBy => {
    const [name, direction] = value.split(' ');
    return { field: orderFields.find((field) => field === name) ?? 'name', descending: direction === 'desc' };
  }),
);

/** The order of changes: true = the newest run first. */
export const changesOrderBy = v.pipe(
  v.picklist(['runId', 'runId asc', 'runId desc'], 'runId, or runId desc for the newest changes first'),
  v.transform((value) => value === 'runId desc'),
);

/** Range and filters of the log of changes. */
export const changeFilterEntries = {
  from: v.exactOptional(asOf),
  to: v.exactOptional(asOf),
  kind: v.exactOptional(v.picklist(changeKinds, changeKinds.join(', '))),
  subscriptionId: v.exactOptional(guid),
  resourceId: v.exactOptional(resourceId),
  principalId: v.exactOptional(guid),
  caller: v.exactOptional(text),
};

/** Filter of the coverage ledger. */
export const coverageFilterEntries = {
  status: v.exactOptional(v.picklist(coverageStatuses, coverageStatuses.join(', '))),
};

/** Filters of the findings. */
export const findingFilterEntries = {
  rule: v.exactOptional(v.picklist(findingRules, findingRules.join(', '))),
  severity: v.exactOptional(v.picklist(severities, severities.join(', '))),
  subscriptionId: v.exactOptional(guid),
  resourceId: v.exactOptional(resourceId),
  principalId: v.exactOptional(guid),
  stale: v.exactOptional(trueOrFalse),
};
