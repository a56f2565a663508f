import type { Reason } from '../../errors.ts';
import { type Author, callerTypes } from '../../inventory/authors/author.ts';
import type { CoverageCounts } from '../../inventory/coverage.ts';
import type { RolePermission } from '../../inventory/roles/permissions.ts';
import { type ChangeKind, changeKinds } from '../../inventory/run.ts';
import { oneOf } from './row-values.ts';

/** A reason: JSON `{code, message, hint}`, or NULL. */
export function storedReason(json: string | null): Reason | null {
  if (json === null) return null;
  const value = storedObject(json);
  return { code: string(value.code), message: string(value.message), hint: stringOrNull(value.hint) };
}

/** Counts of subscriptions by status. */
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

/** Numbers of changes by kind. */
export function storedChanges(json: string): Partial<Record<ChangeKind, number>> {
  const value = storedObject(json);
  const changes: Partial<Record<ChangeKind, number>> = {};
  for (const kind of changeKinds) if (value[kind] !== undefined) changes[kind] = number(value[kind]);
  return changes;
}

/** The author of a change, or NULL. */
export function storedAuthor(json: string | null): Author | null {
  if (json === null) return null;
  const value = storedObject(json);
  const { candidates } = value;
  return {
    caller: stringOrNull(value.caller),
    callerType: oneOf(callerTypes, value.callerType, 'author'),
    callerId: stringOrNull(value.callerId),
    operation: string(value.operation),
    at: string(value.at),
    correlationId: stringOrNull(value.correlationId),
    clientIpAddress: stringOrNull(value.clientIpAddress),
    candidates: Array.isArray(candidates) ? candidates.map(stringOrNull) : null,
  };
}

/** Tags: a JSON object, or NULL for none. */
export function storedTags(json: string | null): Record<string, string> {
  if (json === null) return {};
  const tags = storedObject(json);
  if (hasOnlyTexts(tags)) return tags;
  throw new TypeError(`A stored tag is not text: ${json.slice(0, 80)}`);
}

function hasOnlyTexts(object: Readonly<Record<string, unknown>>): object is Record<string, string> {
  return Object.values(object).every((value) => typeof value === 'string');
}

/** A JSON array of texts, or NULL. */
export function storedTexts(json: string | null): string[] | null {
  return json === null ? null : array(JSON.parse(json)).map(string);
}

/** The permissions of a role, or NULL. Older versions of this project stored no data actions: null until read again. */
export function storedPermissions(json: string | null): RolePermission[] | null {
  if (json === null) return null;
  return array(JSON.parse(json)).map((entry) => {
    const { actions, notActions, dataActions = null, notDataActions = null } = isObject(entry) ? entry : {};
    return {
      actions: array(actions).map(string),
      notActions: array(notActions).map(string),
      dataActions: dataActions === null ? null : array(dataActions).map(string),
      notDataActions: notDataActions === null ? null : array(notDataActions).map(string),
    };
  });
}

/** A JSON object with any fields, or NULL. */
export function storedFields(json: string | null): Readonly<Record<string, unknown>> | null {
  return json === null ? null : storedObject(json);
}

function array(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`Stored JSON has ${typeof value} instead of an array`);
}

function storedObject(json: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json);
  if (isObject(value)) return value;
  throw new TypeError(`Stored JSON is not an object: ${json.slice(0, 80)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function string(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`Stored JSON has ${typeof value} instead of text`);
}

function stringOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : string(value);
}

function number(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`Stored JSON has ${typeof value} instead of a number`);
}
