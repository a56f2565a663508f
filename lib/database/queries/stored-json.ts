import type { Reason } from '../../errors.ts';
import type { CoverageCounts } from '../../inventory/coverage.ts';
import { type ChangeKind, changeKinds } from '../../inventory/run.ts';

/** A reason as the merge stored it: JSON `{code, message, hint}`, or NULL. */
export function storedReason(json: string | null): Reason | null {
  if (json === null) return null;
  const value = storedObject(json);
  return { code: string(value.code), message: string(value.message), hint: stringOrNull(value.hint) };
}

/** Counts of subscriptions by status, as a run stored them. */
export function storedCounts(json: string): CoverageCounts {
  const value = storedObject(json);
  return {
    complete: number(value.complete),
    partial: number(value.partial),
    failed: number(value.failed),
    denied: number(value.denied),
    skipped: number(value.skipped),
    blindSpots: value.blindSpots === null ? null : number(value.blindSpots),
  };
}

/** Numbers of changes by kind, as a run stored them. */
export function storedChanges(json: string): Partial<Record<ChangeKind, number>> {
  const value = storedObject(json);
  const changes: Partial<Record<ChangeKind, number>> = {};
  for (const kind of changeKinds) if (value[kind] !== undefined) changes[kind] = number(value[kind]);
  return changes;
}

/** Tags as a version stored them: JSON object, NULL = none. */
export function storedTags(json: string | null): Record<string, string> {
  if (json === null) return {};
  const tags = storedObject(json);
  if (hasOnlyTexts(tags)) return tags;
  throw new TypeError(`Stored tags are not all texts: ${json.slice(0, 80)}`);
}

function hasOnlyTexts(object: Readonly<Record<string, unknown>>): object is Record<string, string> {
  return Object.values(object).every((value) => typeof value === 'string');
}

/** A JSON array of texts, or NULL. */
export function storedTexts(json: string | null): string[] | null {
  if (json === null) return null;
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) throw new TypeError(`Stored JSON is no array: ${json.slice(0, 80)}`);
  return value.map(string);
}

/** A JSON object with whatever fields it has, or NULL. */
export function storedFields(json: string | null): Readonly<Record<string, unknown>> | null {
  return json === null ? null : storedObject(json);
}

/** Sets an own property whatever its name, `__proto__` included. */
export function define<Value>(target: Record<string, Value>, name: string, value: Value): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[name] = value;
  }
}

function storedObject(json: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json);
  if (isObject(value)) return value;
  throw new TypeError(`Stored JSON is no object: ${json.slice(0, 80)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function string(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`Stored JSON has ${typeof value} where text belongs`);
}

function stringOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : string(value);
}

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`Stored JSON has ${typeof value} where a number belongs`);
}
