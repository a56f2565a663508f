import { isObject } from '../../json.ts';

const noTags: Readonly<Record<string, string>> = {};

/** Tags as texts. Azure's are texts; where another value turns up it is written as one, and null as an empty one. */
export function toTags(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value) || Array.isArray(value)) return noTags;
  if (hasOnlyTexts(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, tag]) => [name, toText(tag)]));
}

/** The usual case, which needs no copy. */
function hasOnlyTexts(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, string>> {
  for (const name in value) if (typeof value[name] !== 'string') return false;
  return true;
}

function toText(tag: unknown): string {
  if (tag === null || tag === undefined) return '';
  return typeof tag === 'string' ? tag : JSON.stringify(tag);
}
