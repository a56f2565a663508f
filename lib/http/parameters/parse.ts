import * as v from 'valibot';
import type { IncomingRequest, RouteParameters } from '../context.ts';
import { invalidParameter, RequestError } from '../request-error.ts';

type ParameterSchema = v.StrictObjectSchema<v.ObjectEntries, undefined> | v.ObjectSchema<v.ObjectEntries, undefined>;

/** Parameters that may be given more than once. */
const repeatable = new Set(['tag']);

/** The function key in the address is the host's: never read, never shown. The host finds it without regard to case. */
export function isFunctionKey(name: string): boolean {
  return name.toLowerCase() === 'code';
}

/**
 * Checks the query against its schema. Names are taken as they are written.
 * @throws {RequestError} 400 `UnknownParameter`, `RepeatedParameter`, `InvalidParameter`: names the parameter, the value and what is allowed
 */
export function parseQuery<const Schema extends ParameterSchema>(
  schema: Schema,
  request: IncomingRequest,
): v.InferOutput<Schema> {
  const given: Record<string, string | string[]> = {};
  for (const [name, value] of searchOf(request)) {
    if (isFunctionKey(name)) continue;
    if (!Object.hasOwn(schema.entries, name)) throw unknown(name, Object.keys(schema.entries));
    const before = given[name];
    if (repeatable.has(name)) given[name] = [...(Array.isArray(before) ? before : []), value];
    else if (before === undefined) given[name] = value;
    else throw new RequestError(400, 'RepeatedParameter', `${name} is given more than once`, { target: name });
  }
  return check(schema, given);
}

/** Checks the values of the route's names. @throws {RequestError} 400 `InvalidParameter` */
export function parseRoute<const Schema extends ParameterSchema>(
  schema: Schema,
  parameters: RouteParameters,
): v.InferOutput<Schema> {
  return check(schema, parameters);
}

function check<const Schema extends ParameterSchema>(schema: Schema, given: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const name = String(issue.path?.[0]?.key ?? 'parameter');
  // The innermost value: of a repeated parameter, the one that is wrong.
  const value = issue.path?.at(-1)?.value ?? issue.input;
  throw invalidParameter(name, typeof value === 'string' ? value : String(issue.input ?? ''), issue.message);
}

function searchOf(request: IncomingRequest): URLSearchParams {
  const url = URL.parse(request.url);
  if (url === null) throw new RequestError(400, 'InvalidAddress', 'The address of the request cannot be read');
  return url.searchParams;
}

function unknown(name: string, allowed: readonly string[]): RequestError {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  const takes = allowed.length === 0 ? 'takes no parameters' : `takes ${allowed.join(', ')}`;
  return new RequestError(400, 'UnknownParameter', `${shown} is no parameter here; this route ${takes}`, {
    target: shown,
  });
}
