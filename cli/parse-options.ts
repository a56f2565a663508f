import * as v from 'valibot';
import { UsageError } from './usage-error.ts';

type OptionsSchema = v.ObjectSchema<v.ObjectEntries, undefined> | v.StrictObjectSchema<v.ObjectEntries, undefined>;

/**
 * Checks the options of a command.
 * @param given unknown options are ignored, unless the schema is strict
 * @throws {UsageError} `InvalidOption` names the option, the value and what is allowed
 */
export function parseOptions<const Schema extends OptionsSchema>(
  schema: Schema,
  given: Readonly<Record<string, unknown>>,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalidOption(
    optionName(String(issue.path?.[0]?.key)),
    issue.path?.at(-1)?.value ?? issue.input,
    issue.message,
  );
}

/**
 * Checks an argument of a command.
 * @throws {UsageError} `InvalidOption`
 */
export function parseArgument<const Schema extends v.GenericSchema>(
  name: string,
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw invalidOption(name, value, result.issues[0].message);
}

function invalidOption(name: string, value: unknown, allowed: string): UsageError {
  return new UsageError('InvalidOption', `${name} is '${String(value)}'; allowed: ${allowed}`);
}

/** The option that sets a parameter: `--resource-id` for `resourceId`. */
export function optionName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
