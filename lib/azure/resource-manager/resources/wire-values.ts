import { zonePattern } from '../../../inventory/virtual-machine.ts';
import { isObject, member } from '../../json.ts';

const noTags: Readonly<Record<string, string>> = {};

/** Tags as strings, which Azure's always are. Another value becomes its JSON, null an empty string. */
export function toTags(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value) || Array.isArray(value)) return noTags;
  if (hasOnlyStrings(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, tag]) => [name, toText(tag)]));
}

/** The usual case, which needs no copy. */
function hasOnlyStrings(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, string>> {
  for (const name in value) if (typeof value[name] !== 'string') return false;
  return true;
}

function toText(tag: unknown): string {
  if (tag === null || tag === undefined) return '';
  return typeof tag === 'string' ? tag : JSON.stringify(tag);
}

/** Azure's usual form: UTC, three to seven digits of a second. */
const utcTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\d*(?:Z|\+00:00)$/;

/** A time with any digits and any offset, as UTC with milliseconds. Cutting the usual form is faster than parsing. */
export function toTime(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return null;
  if (utcTime.test(value)) return `${value.slice(0, 23)}Z`;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  if (Number.isNaN(time.getTime())) return null;
  // A year has four digits everywhere: times are compared as texts.
  const utc = time.toISOString();
  return /^\d/.test(utc) ? utc : null;
}

/** Availability zones as strings. Azure's are digits; what could be no zone is left out. */
export function toZones(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((zone) => typeof zone === 'string' || typeof zone === 'number')
    .map(String)
    .filter((zone) => zonePattern.test(zone));
}

/** The power state in an instance view, as Azure writes it (`PowerState/running`); null if it has none. */
export function toPowerState(instanceView: unknown): string | null {
  const statuses = member(instanceView, 'statuses');
  if (!Array.isArray(statuses)) return null;
  const codes = statuses.map((status) => member(status, 'code'));
  return codes.find((code): code is string => typeof code === 'string' && /^PowerState\//i.test(code)) ?? null;
}
