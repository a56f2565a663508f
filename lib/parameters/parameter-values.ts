import * as v from 'valibot';
import { guidPattern } from '../inventory/commands/azure-id.ts';
import { runIdPattern } from '../inventory/run.ts';

// Single parameters. Each message says what is allowed: an error reads "NAME is 'VALUE'; allowed: MESSAGE". They check
// first and transform last, so that a JSON Schema can describe the input.

/** Text to compare with: not empty, without control characters. */
export const text = v.pipe(
  v.string(),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refuses them
  v.regex(/^[^\u0000-\u001f\u007f]{1,256}$/, '1 to 256 characters, none of them a control character'),
);

/** The id of a resource, a role assignment or a subscription (`/subscriptions/<id>`). */
export const resourceId = v.pipe(
  v.string(),
  v.regex(
    /^\/[^\p{Cc}?#]{1,1023}$/u,
    'an id that begins with /, such as /subscriptions/6f0f1a2b-0000-4c3d-8e5f-1234567890ab',
  ),
);

export const guid = v.pipe(
  v.string(),
  v.regex(guidPattern, 'a GUID such as 6f0f1a2b-0000-4c3d-8e5f-1234567890ab'),
  v.toLowerCase(),
);

export const trueOrFalse = v.pipe(
  v.picklist(['true', 'false'], 'true, false'),
  v.transform((value) => value === 'true'),
);

export const runId = v.pipe(v.string(), v.regex(runIdPattern, 'a run id such as 20261121T060000Z-3f2a'));

/** A date, or a time with its offset. `isTime` checks the calendar. */
const timePattern = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
const asOfAllowed =
  'a run id such as 20261121T060000Z-3f2a, or a time such as 2026-11-21T06:00:00Z (in a URL, + is written %2B)';

/** A run id, or a time as ISO 8601 UTC. */
export const asOf = v.pipe(
  v.string(),
  v.check((value) => runIdPattern.test(value) || isTime(value), asOfAllowed),
  v.transform((value) => (runIdPattern.test(value) ? value : new Date(value).toISOString())),
);

/** Refuses days that do not exist: Date would turn 31 February into a day of March. */
function isTime(value: string): boolean {
  if (!timePattern.test(value) || Number.isNaN(Date.parse(value))) return false;
  const day = value.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

export const maxPageSize = v.pipe(
  v.string(),
  v.regex(/^(?:[1-9]\d{0,2}|1000)$/, 'a whole number from 1 to 1000'),
  v.transform(Number),
);

/** Rows to leave out before a page. */
export const skip = v.pipe(
  v.string(),
  v.regex(/^(?:0|[1-9]\d{0,6}|10000000)$/, 'a whole number from 0 to 10000000'),
  v.transform(Number),
);

/** Machines of one principal. */
export const maxMachines = v.pipe(
  v.string(),
  v.regex(/^(?:0|[1-9]\d{0,2}|1000)$/, 'a whole number from 0 to 1000'),
  v.transform(Number),
);

/** Rows of a page when the client does not say. */
export const defaultPageSize = 100;

/** A resource id may be longer than other texts: its group has up to 90 characters, its name up to 128. */
export const searchText = v.pipe(
  v.string(),
  v.regex(
    /^(?:\P{Cc}{2,256}|\/\P{Cc}{1,1023})$/u,
    '2 to 256 characters, or a resource id of up to 1024; none of them a control character',
  ),
);

/** Hits of each kind. */
export const searchLimit = v.pipe(
  v.string(),
  v.regex(/^(?:[1-9]|1\d|20)$/, 'a whole number from 1 to 20'),
  v.transform(Number),
);
export const defaultSearchLimit = 8;

/** Opaque to clients; `readSkipToken` checks its content. */
export const skipToken = v.pipe(v.string(), v.regex(/^[\w-]{1,2048}$/, 'the skiptoken of a nextLink'));

/**
 * Names of resource groups and machines, slightly wider than Resource Manager allows. Impossible names are refused
 * before any query.
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
export const resourceGroupName = v.pipe(
  v.string(),
  v.regex(/^[\p{L}\p{N}_().-]{1,90}$/u, 'the name of a resource group'),
);
export const machineName = v.pipe(v.string(), v.regex(/^[^\p{Cc}/\\?#%]{1,260}$/u, 'the name of a virtual machine'));

/**
 * A comma-separated selection of fields, without duplicates.
 * @param fields names of all fields
 */
export function selection<const Field extends string>(fields: readonly Field[]) {
  const known = new Map<string, Field>(fields.map((field) => [field, field]));
  return v.pipe(
    v.string(),
    v.check(
      (value) => value.split(',').every((name) => known.has(name.trim())),
      `${fields.join(', ')}; comma-separated`,
    ),
    v.transform((value) => [...new Set(value.split(',').flatMap((name) => known.get(name.trim()) ?? []))]),
  );
}
