import { compile, type JSONValue, search } from '@jmespath-community/jmespath';
import { UsageError } from '../usage-error.ts';
import { isObject } from './flatten.ts';

/** As in `az --query`, a literal may be `` `x` `` instead of `` `"x"` ``. */
const options = { enable_legacy_literals: true };

/**
 * Checks an expression before the command starts.
 * @throws {UsageError} `InvalidQuery` names the expression
 */
export function checkQuery(expression: string): void {
  try {
    compile(expression, options);
  } catch (cause) {
    throw invalidQuery(expression, cause);
  }
}

/**
 * Applies a JMESPath expression to a whole result.
 * @throws {UsageError} `InvalidQuery` a function does not exist, or does not take its arguments
 */
export function applyQuery(value: unknown, expression: string): unknown {
  const document = toJson(value);
  try {
    return search(document, expression, options) ?? null;
  } catch (cause) {
    throw invalidQuery(expression, cause);
  }
}

function invalidQuery(expression: string, cause: unknown): UsageError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UsageError('InvalidQuery', `--query is '${expression}': ${why}`, {
    hint: "Use JMESPath (https://jmespath.org), for example: --query '[].identity.principalId'",
  });
}

/** A selected field that an item does not have is null, like any other missing field in JMESPath. */
function toJson(value: unknown): JSONValue {
  if (value === undefined) return null;
  if (isJson(value)) return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (!isObject(value)) throw new TypeError('The result is not JSON');
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toJson(field)]));
}

function isJson(value: unknown): value is JSONValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return true;
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every(isJson);
}
