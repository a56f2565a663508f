import * as v from 'valibot';
import type { IncomingRequest } from '../context.ts';
import { invalidParameter, RequestError } from '../request-error.ts';

export type ParameterSchema =
  | v.StrictObjectSchema<v.ObjectEntries, undefined>
  | v.ObjectSchema<v.ObjectEntries, undefined>;

/** The function key in an address belongs to the host, which ignores its case. The app never reads or shows it. */
export function isFunctionKey(name: string): boolean {
  return name.toLowerCase() === 'code';
}

/** An address without its function key. */
export function withoutKey(address: string): URL {
  const url = new URL(address);
  for (const name of [...url.searchParams.keys()]) if (isFunctionKey(name)) url.searchParams.delete(name);
  return url;
}

/**
 * Checks the query against its schema. Names of parameters are case-sensitive.
 * @throws {RequestError} 400 `UnknownParameter`, `RepeatedParameter`, `InvalidParameter`, with what is allowed
 */
export function parseQuery<const Schema extends ParameterSchema>(
  schema: Schema,
  request: IncomingRequest,
): v.InferOutput<Schema> {
  const given: Record<string, string | string[]> = {};
  for (const [name, value] of searchOf(request)) {
    if (isFunctionKey(name)) continue;
    const parameter = Object.hasOwn(schema.entries, name) ? schema.entries[name] : undefined;
    if (parameter === undefined) throw unknown(name, Object.keys(schema.entries));
    const before = given[name];
    if (isList(parameter)) given[name] = [...(Array.isArray(before) ? before : []), value];
    else if (before === undefined) given[name] = value;
    else throw new RequestError(400, 'RepeatedParameter', `${name} is given more than once`, { target: name });
  }
  // The message about an empty value says what is needed.
  for (const name of requiredNames(schema)) given[name] ??= '';
  return parseValues(schema, given);
}

/** By schema: to ask each parameter of each request takes as long as the rest of its check. */
const requiredOf = new WeakMap<ParameterSchema, readonly string[]>();

function requiredNames(schema: ParameterSchema): readonly string[] {
  const known = requiredOf.get(schema);
  if (known !== undefined) return known;
  const names = Object.entries(schema.entries).flatMap(([name, parameter]) => (isRequired(parameter) ? [name] : []));
  requiredOf.set(schema, names);
  return names;
}

/** A query may repeat a parameter whose schema accepts an array. */
function isList(parameter: v.GenericSchema): boolean {
  return v.is(parameter, []);
}

/** Whether a request must have the parameter of a schema. */
export function isRequired(parameter: v.GenericSchema): boolean {
  return !v.is(v.object({ parameter }), {});
}

/** Checks values by name. @throws {RequestError} 400 `InvalidParameter` */
export function parseValues<const Schema extends ParameterSchema>(
  schema: Schema,
  given: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const name = String(issue.path?.[0]?.key ?? 'parameter');
  // The innermost value: the wrong one of a repeated parameter.
  const value = issue.path?.at(-1)?.value ?? issue.input;
  throw invalidParameter(name, typeof value === 'string' ? value : String(issue.input ?? ''), issue.message);
}

function searchOf(request: IncomingRequest): URLSearchParams {
  const url = URL.parse(request.url);
  if (url === null) throw new RequestError(400, 'InvalidAddress', 'The address of the request is not a URL');
  return url.searchParams;
}

function unknown(name: string, allowed: readonly string[]): RequestError {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  const takes = allowed.length === 0 ? 'takes no parameters' : `takes ${allowed.join(', ')}`;
  return new RequestError(400, 'UnknownParameter', `Unknown parameter ${shown}: this route ${takes}`, {
    target: shown,
  });
}
